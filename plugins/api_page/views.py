"""The API page: it is made here, sends its forms here, and needs no script."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from oauth_demo.lending import LENT
from plugins.api_page.call import Answer, Call, opened
from plugins.api_page.operations import operations
from plugins.mounts import PluginRequest

TOKEN_MAX = 4_000
"""Characters; a server reads no longer header either."""


@method_decorator([sensitive_post_parameters("token"), never_cache], name="dispatch")
class APIPage(View):
    """Shows each operation as a form that opens with an example; a form is sent, and answered.

    The call is made with the token that stands in the page, and never with the session: that
    opens no API. A token that is lent to the page is kept nowhere but in the page.
    """

    request: PluginRequest

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.page()

    @method_decorator(sensitive_variables("token"))
    def post(self, request: HttpRequest) -> HttpResponse:
        token = request.POST.get("token", "").strip()[:TOKEN_MAX]
        match request.POST.get("do"):
            case "lend":
                return self.lend()
            case "end":
                return self.end_loan()
            case "use":
                return self.page(token=token)
        return self.call(token)

    def lend(self) -> HttpResponse:
        plugin, user = self.request.mount.plugin, self.request.user
        if not (plugin.auth.lends and user.is_authenticated):
            return self.page(fault="Sign in first: a token is lent by whoever is signed in.")
        token = plugin.auth.lend(plugin, user)
        return self.page(token=token, is_lent=True)

    def end_loan(self) -> HttpResponse:
        plugin, user = self.request.mount.plugin, self.request.user
        if user.is_authenticated:
            plugin.auth.end_loan(plugin, user)
        return self.page(said="The token was ended. It opens nothing now.")

    def call(self, token: str) -> HttpResponse:
        sent = self.request.POST
        operation = operations(self.request.mount.plugin).get(sent.get("operation", ""))
        if operation is None:
            raise Http404("The page has no such operation.")
        values = {
            each.sent_as: sent.get(each.sent_as, "").replace("\r\n", "\n")
            for each in operation.inputs
        }
        files = {
            name: file for name, file in self.request.FILES.items() if not isinstance(file, list)
        }
        call = Call(operation, values, files)
        is_lent = sent.get("is_lent") == "yes"
        if call.fault:
            return self.page(token=token, is_lent=is_lent, call=call, refusal=call.fault)
        answer = call.ask(self.request, root=self.root, token=token)
        return self.page(token=token, is_lent=is_lent, call=call, answer=answer)

    @property
    def root(self) -> str:
        return self.request.path_info.rstrip("/").removesuffix("/docs")

    def page(
        self,
        *,
        token: str = "",
        is_lent: bool = False,
        call: Call | None = None,
        answer: Answer | None = None,
        **said: str,
    ) -> HttpResponse:
        mount = self.request.mount
        plugin = mount.plugin
        header = plugin.auth.header(plugin.auth.placeholder) if plugin.auth.placeholder else ""
        shown = []
        for number, operation in enumerate(operations(plugin).values()):
            is_called = call is not None and call.operation is operation
            filled = call if call and is_called else opened(operation)
            shown.append(
                {
                    "operation": operation,
                    "inputs": [
                        (each, filled.values.get(each.sent_as, "")) for each in operation.inputs
                    ],
                    "takes_files": any(each.kind == "file" for each in operation.inputs),
                    "is_open": is_called if call else number == 0,
                    "curl": filled.as_curl(mount.root, header=header),
                    "is_called": is_called,
                }
            )
        context = {
            "plugin": plugin,
            "mount": mount,
            "operations": shown,
            "token": token,
            "is_lent": is_lent and bool(token),
            "lent_minutes": int(LENT.total_seconds() // 60),
            "answer": answer,
            **said,
        }
        return render(self.request, "plugins/api_page.html", context)
