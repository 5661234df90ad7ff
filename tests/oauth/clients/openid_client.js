// Finds the server by its metadata (RFC 8414), uses PKCE, and checks `iss` (RFC 9207).
import * as oauth from "openid-client";
import { done, setup, todos, visit } from "./conversation.js";

const config = await oauth.discovery(
  new URL(setup.site),
  setup.client_id,
  setup.client_secret || undefined,
  setup.client_secret ? undefined : oauth.None(),
  { algorithm: "oauth2", execute: [oauth.allowInsecureRequests] },
);
const pkceCodeVerifier = oauth.randomPKCECodeVerifier();
const expectedState = oauth.randomState();
const back = await visit(
  oauth.buildAuthorizationUrl(config, {
    redirect_uri: setup.redirect_uri,
    scope: "todos:read todos:write",
    resource: setup.site,
    state: expectedState,
    code_challenge: await oauth.calculatePKCECodeChallenge(pkceCodeVerifier),
    code_challenge_method: "S256",
  }),
);
const checks = { pkceCodeVerifier, expectedState };
let token = await oauth.authorizationCodeGrant(config, back, checks, { resource: setup.site });
await todos(token.access_token, "POST", JSON.stringify({ todo: "Buy milk" }));
token = await oauth.refreshTokenGrant(config, token.refresh_token, { resource: setup.site });
const listed = await todos(token.access_token, "GET");
await oauth.tokenRevocation(config, token.access_token);
const refused = await todos(token.access_token, "GET");
done([listed, refused]);
