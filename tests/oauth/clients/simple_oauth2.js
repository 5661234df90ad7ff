// What ChatGPT sends: a JSON body, with the credentials in it.
import { AuthorizationCode } from "simple-oauth2";
import { done, setup, todos, visit } from "./conversation.js";

const { origin, pathname } = new URL(setup.site);
const root = pathname.replace(/\/$/, "");
const client = new AuthorizationCode({
  client: { id: setup.client_id, secret: setup.client_secret },
  auth: {
    tokenHost: origin,
    tokenPath: `${root}/auth/oauth_exchange`,
    revokePath: `${root}/auth/oauth_revoke`,
    authorizePath: `${root}/oauth`,
  },
  options: { bodyFormat: "json", authorizationMethod: "body" },
});
const back = await visit(
  client.authorizeURL({ redirect_uri: setup.redirect_uri, scope: "", state: "the-state" }),
);
if (back.searchParams.get("state") !== "the-state") throw new Error("state");
let token = await client.getToken({
  code: back.searchParams.get("code"),
  redirect_uri: setup.redirect_uri,
});
await todos(token.token.access_token, "POST", JSON.stringify({ todo: "Buy milk" }));
token = await token.refresh();
const listed = await todos(token.token.access_token, "GET");
await token.revokeAll();
const refused = await todos(token.token.access_token, "GET");
done([listed, refused]);
