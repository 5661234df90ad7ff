// By the functions of the specifications: metadata (RFC 8414), PKCE, `iss` (RFC 9207), revocation.
import * as oauth from "oauth4webapi";
import { done, setup, todos, visit } from "./conversation.js";

const here = { [oauth.allowInsecureRequests]: true };
const issuer = new URL(setup.site);
const found = await oauth.discoveryRequest(issuer, { algorithm: "oauth2", ...here });
const server = await oauth.processDiscoveryResponse(issuer, found);
const client = { client_id: setup.client_id };
const authentication = setup.client_secret
  ? oauth.ClientSecretBasic(setup.client_secret)
  : oauth.None();

const verifier = oauth.generateRandomCodeVerifier();
const state = oauth.generateRandomState();
const url = new URL(server.authorization_endpoint);
for (const [name, value] of Object.entries({
  response_type: "code",
  client_id: client.client_id,
  redirect_uri: setup.redirect_uri,
  scope: "todos:read todos:write offline_access",
  state,
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
})) {
  url.searchParams.set(name, value);
}
const parameters = oauth.validateAuthResponse(server, client, await visit(url.href), state);
const exchanged = await oauth.authorizationCodeGrantRequest(
  server, client, authentication, parameters, setup.redirect_uri, verifier, here,
);
let token = await oauth.processAuthorizationCodeResponse(server, client, exchanged);
await todos(token.access_token, "POST", JSON.stringify({ todo: "Buy milk" }));

// The answer to the first refresh is lost, and the second comes at once.
const refresh = () =>
  oauth.refreshTokenGrantRequest(server, client, authentication, token.refresh_token, here);
const [lost, kept] = await Promise.all([refresh(), refresh()]);
if (lost.status !== 200) throw new Error(await lost.text());
token = await oauth.processRefreshTokenResponse(server, client, kept);
const listed = await todos(token.access_token, "GET");
const ended = await oauth.revocationRequest(
  server, client, authentication, token.refresh_token, here,
);
await oauth.processRevocationResponse(ended);
const refused = await todos(token.access_token, "GET");
done([listed, refused]);
