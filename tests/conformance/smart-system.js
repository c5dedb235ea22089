// A SMART Backend Services client as any hospital would write it: a key, a file that registers it at a node, tokens.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SignJWT, exportJWK, generateKeyPair } from 'jose';

/** A system with a key of its own. */
export async function makeSystem() {
  const keys = await generateKeyPair('ES384');
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'conformance', alg: 'ES384', use: 'sig' };
  return {
    /** Registers it, before the node starts, in the node's data folder. */
    register(data, clientId, organization) {
      mkdirSync(join(data, 'clients'), { recursive: true });
      writeFileSync(join(data, 'clients', `${clientId}.json`), JSON.stringify({ clientId, organization, scopes: 'system/*.cruds', jwks: { keys: [jwk] } }));
    },
    /** A bearer token from the node at an address. */
    async token(address, clientId, scope = 'system/*.cruds') {
      const tokenUrl = (await (await fetch(`${address}/fhir/.well-known/smart-configuration`)).json()).token_endpoint;
      const assertion = await new SignJWT({ jti: crypto.randomUUID() })
        .setProtectedHeader({ alg: 'ES384', kid: 'conformance', typ: 'JWT' }).setIssuer(clientId).setSubject(clientId).setAudience(tokenUrl).setExpirationTime('4m').sign(keys.privateKey);
      const answer = await fetch(tokenUrl, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'client_credentials', client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', client_assertion: assertion, scope,
        }),
      });
      if (!answer.ok) throw new Error(`No token: ${answer.status} ${await answer.text()}`);
      return (await answer.json()).access_token;
    },
  };
}
