import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isSecretName, withoutNamedSecrets, withoutTokens } from '../../src/text/secret-names.ts';

test('names of tokens, keys, secrets, sessions and passwords are told from others', () => {
  const secret = `
    authorization Proxy-Authorization Cookie set-cookie X-Api-Key x-auth-token X-Amz-Signature
    x-amz-security-token access_token idToken apikey key client_secret sessionid PHPSESSID
    JSESSIONID sid sig auth X-CSRF-Token password passwd pwd user[password] jwt
    Ocp-Apim-Subscription-Key x-session SAMLResponse oauth_verifier otp credential X-Goog-Api-Key
  `
    .trim()
    .split(/\s+/);
  const harmless = `
    accept keyword monkey author :authority www-authenticate keep-alive x-request-id page
    content-type passenger assignment sidebar design sec-websocket-key authority compass q
  `
    .trim()
    .split(/\s+/);
  assert.deepEqual(
    secret.filter((name) => !isSecretName(name)),
    [],
  );
  assert.deepEqual(harmless.filter(isSecretName), []);
});

test('a token in a URL is gone, however the URL is written', () => {
  for (const url of [
    'https://a.example/?access_token=CANARY&page=2',
    'https://a.example/?page=2&amp;api_key=CANARY#top',
    'https://a.example/#id_token=CANARY',
    'https://a.example/path;jsessionid=CANARY?x=1',
    'https://a.example/?next=https%3A%2F%2Fb.example%2F%3Ftoken%3DCANARY%26x%3D1',
    '{"url":"https://a.example/?x=1\\u0026key=CANARY"}',
    'https://a.example/?user[password]=CANARY',
    'https://a.example/?user%5Bpassword%5D=CANARY',
    "fetch('/x?sig=CANARY')",
    'https://a.example/?next=https://b.example/?token=CANARY',
    'Authorization: Bearer CANARY-0123456789abcdef',
  ])
    assert.doesNotMatch(withoutTokens(`before ${url} after`), /CANARY/, url);
  const plain =
    'https://a.example/?q=key&page=2#part and key=value and a Basic understanding of Basic internationalization';
  assert.equal(withoutTokens(plain), plain);
});

test('in a console, a header or a field with such a name is gone too', () => {
  for (const line of [
    'X-Api-Key: CANARY',
    '{"x-api-key":"CANARY","a":1}',
    "{access_token: 'CANARY'}",
    'Authorization: Bearer CANARY',
    'authorization = CANARY',
    'token=CANARY',
    'error: token=CANARY',
  ])
    assert.doesNotMatch(withoutNamedSecrets(`log ${line} end`), /CANARY/, line);
  assert.equal(
    withoutNamedSecrets('page: 2, title: "keys", at https://a.example/'),
    'page: 2, title: "keys", at https://a.example/',
  );
});

test('a hostile text takes no more than linear time', () => {
  for (const piece of ['?key', '&a=', 'key:', 'Bearer ', 'a', '%3Fkey%3D', "token='"]) {
    const text = piece.repeat(500_000 / piece.length);
    assert.equal(typeof withoutNamedSecrets(text), 'string');
  }
});
