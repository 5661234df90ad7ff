"""Django REST framework, as its tutorial writes an API: serializers and a generic view."""

from typing import Any

from django.db import transaction
from django.http import Http404
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from benchmarks.peers.django_model import Todo


class TodoSerializer(serializers.ModelSerializer[Todo]):
    todo = serializers.CharField(source="text", max_length=2000)

    class Meta:
        model = Todo
        fields = ["todo"]


class IndexSerializer(serializers.Serializer[Any]):
    todo_idx = serializers.IntegerField(min_value=0)


class Todos(generics.ListCreateAPIView[Todo]):
    serializer_class = TodoSerializer

    def get_queryset(self) -> Any:
        return Todo.objects.filter(username=self.kwargs["username"])

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        todos = self.get_serializer(self.get_queryset(), many=True).data
        return Response({"todos": [todo["todo"] for todo in todos]})

    def perform_create(self, serializer: Any) -> None:
        serializer.save(username=self.kwargs["username"])

    def delete(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        index = IndexSerializer(data=request.data)
        index.is_valid(raise_exception=True)
        with transaction.atomic():
            todo = self.get_queryset()[index.validated_data["todo_idx"] :].first()
            if todo is None:
                raise Http404
            todo.delete()
        return Response({"deleted": todo.text})


urlpatterns = [path("todos/<str:username>", Todos.as_view())]
