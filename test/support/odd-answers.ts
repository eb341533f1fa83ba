import type { StubFault } from '../stub/webdriver-stub.ts';

type Odd = Exclude<StubFault, 'kill-session'>;

/** Answers that no WebDriver server gives, but a proxy, a load balancer or a firewall does. */
export const ODD_ANSWERS = {
  reset: 'reset',
  forbidden: { status: 403, text: '<html>Forbidden</html>' },
  busy: { status: 429, text: '<html>Too many requests</html>' },
  gateway: { status: 502, text: '<html>Bad gateway net::ERR_FAILED</html>' },
  moved: { status: 302, text: '', headers: { location: 'https://login.example/' } },
  page: { status: 200, text: '<html>Welcome</html>' },
  cut: { status: 200, text: '{"value": {"element-6066' },
  empty: { status: 200, text: '' },
  bare: { status: 200, text: '"hello"' },
  wordless: { status: 500, body: { value: 'oops' } },
  idless: { status: 200, body: { value: null } },
  wrongId: {
    status: 200,
    body: { value: { sessionId: '0123456789abcdef0123456789abcdef', capabilities: { browserName: 'chrome' } } },
  },
} as const satisfies Readonly<Record<string, Odd>>;
