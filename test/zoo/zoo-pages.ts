import { brotliCompressSync } from 'node:zlib';
import type { ServerResponse, IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { ErrorCode } from '../../src/core/error-codes.ts';

/** How a hostile page answers: over HTTP, or by bytes of its own. */
export type Page =
  | { readonly http: (response: ServerResponse, request: IncomingMessage, zoo: ZooPlaces) => void }
  | { readonly raw: (socket: Socket) => void }
  /** A page that no server of the zoo gives. */
  | { readonly url: (zoo: ZooPlaces) => string };

/** Where the zoo's servers are. Each is an origin of its own. */
export interface ZooPlaces {
  readonly origin: string;
  readonly otherOrigin: string;
  readonly tlsOrigin: string;
  /** A port on which nothing listens. */
  readonly deadOrigin: string;
}

/** What must come of a page: the code of the check's fault. `passed` if the page is odd, but a page of the site. */
export interface Expected {
  /** For a check that looks for the login form of a good page. */
  readonly user: readonly ErrorCode[];
  /** For the built-in check. A page that turns hostile after its load may have been looked at before. */
  readonly builtIn: readonly (ErrorCode | 'passed')[];
}

export interface Hostile {
  readonly page: Page;
  readonly expected: Expected;
  /** A part of the short form, which CI runs. */
  readonly short?: boolean;
}

const FORM =
  '<form><label>User <input name=user></label><label>Password <input type=password name=pw></label><button>Sign in</button></form>';

export function goodPage(body = FORM, head = ''): string {
  return `<!doctype html><html lang=en><head><meta charset=utf-8><title>Shop</title>${head}</head><body><h1>Welcome</h1>${body}</body></html>`;
}

type Headers = Readonly<Record<string, string>>;

const HTML: Headers = { 'content-type': 'text/html; charset=utf-8' };

function reply(status: number, body: string | Uint8Array = '', headers: Headers = HTML): Page {
  return { http: (response) => void response.writeHead(status, headers).end(body) };
}

const script = (code: string, body = ''): Page => reply(200, goodPage(`${body}<script>${code}</script>`));
const bare = (body: string, title = ''): string =>
  `<!doctype html><html><head><title>${title}</title></head><body>${body}</body></html>`;

const both = (page: Page, code: ErrorCode, short = false): Hostile => ({
  page,
  expected: { user: [code], builtIn: [code] },
  short,
});
/** A page that turns hostile only after its load. */
const later = (page: Page, code: ErrorCode, short = false): Hostile => ({
  page,
  expected: { user: [code], builtIn: [code, 'passed'] },
  short,
});
/** A page that is one of the site's: what a check finds wrong on it is the check's answer. */
const odd = (page: Page, short = false): Hostile => ({
  page,
  expected: { user: ['check.failed'], builtIn: ['passed'] },
  short,
});

const raw = (text: string | Uint8Array, end: 'end' | 'reset' | 'stay' = 'end'): Page => ({
  raw(socket) {
    if (end === 'reset' && text.length === 0) return void socket.resetAndDestroy();
    socket.write(text, () => {
      if (end === 'end') socket.end();
      // Chrome has read what came before: a reset at once may overtake it.
      if (end === 'reset') setTimeout(() => socket.resetAndDestroy(), 200);
    });
  },
});

const head = (lines: string, status = '200 OK'): string =>
  `HTTP/1.1 ${status}\r\ncontent-type: text/html\r\n${lines}\r\n\r\n`;

/** Writes the beginning of a page and never ends. */
const endless = (everyMs: number, piece: string, start: string): Page => ({
  http(response) {
    response.writeHead(200, HTML);
    response.write(start);
    const timer = setInterval(() => response.write(piece), everyMs);
    response.on('close', () => clearInterval(timer));
  },
});

const redirect = (to: (zoo: ZooPlaces) => string, status = 302): Page => ({
  http: (response, _request, zoo) => void response.writeHead(status, { location: to(zoo) }).end(),
});

const NETWORK: Readonly<Record<string, Hostile>> = {
  dns: both({ url: () => 'http://no-such-host.invalid/' }, 'site.dns'),
  refused: both({ url: ({ deadOrigin }) => `${deadOrigin}/` }, 'site.refused', true),
  reset: both(raw('', 'reset'), 'site.connection-lost'),
  closed: both(raw(''), 'site.connection-lost'),
  'tls-self-signed': both({ url: ({ tlsOrigin }) => `${tlsOrigin}/` }, 'site.tls'),
  'tls-on-plain-http': both({ url: ({ origin }) => `${origin.replace('http:', 'https:')}/good` }, 'site.tls'),
  'unsafe-port': both({ url: () => 'http://127.0.0.1:6000/' }, 'site.unreachable'),
  'ssh-banner': both(raw('SSH-2.0-OpenSSH_9.9\r\n'), 'site.unreachable'),
  'two-lengths': both(raw(`${head('content-length: 5\r\ncontent-length: 7')}hello`), 'site.unreachable'),
  'huge-header': both(raw(`${head(`x-huge: ${'x'.repeat(1_000_000)}\r\ncontent-length: 0`)}`), 'site.unreachable'),
  'redirect-loop': both(
    redirect(() => '/redirect-loop'),
    'site.redirects',
  ),
  'no-answer': both({ http: () => {} }, 'site.no-answer', true),
  'slow-header': both(
    {
      raw(socket) {
        socket.write('HTTP/1.1 200 OK\r\n');
        const timer = setInterval(() => socket.write('x-slow: 1\r\n'), 500);
        socket.on('close', () => clearInterval(timer));
      },
    },
    'site.no-answer',
  ),
  'endless-stream': both(
    endless(50, '<p>and on</p>', bare('<h1>It goes on</h1>').replace('</body></html>', '')),
    'site.no-answer',
  ),
  'endless-picture': both(
    { http: (response) => void response.writeHead(200, HTML).end(goodPage('<img src="/no-answer">')) },
    'site.no-answer',
  ),
};

const STATUS: Readonly<Record<string, Hostile>> = {
  'empty-404': both(reply(404), 'site.http-status'),
  'page-404': both(reply(404, bare('<h1>Not found</h1>')), 'site.http-status'),
  'empty-503': both(reply(503), 'site.http-status', true),
  'page-503': both(reply(503, bare('<h1>Down for maintenance</h1>')), 'site.http-status'),
  'page-500': both(reply(500, bare('<h1>Oops</h1>')), 'site.http-status'),
  'form-500': both(reply(500, goodPage('')), 'site.http-status'),
  'empty-500': both(reply(500), 'site.http-status'),
  'empty-429': both(reply(429), 'site.http-status'),
  'page-410': both(reply(410, bare('<p>Gone for good</p>')), 'site.http-status'),
  'basic-auth': both(
    reply(401, bare('<h1>401</h1>'), { ...HTML, 'www-authenticate': 'Basic realm="stage"' }),
    'site.http-status',
  ),
  'empty-401': both(reply(401), 'site.http-status'),
  'redirect-nowhere': both(reply(302, bare('<h1>Found</h1>')), 'site.http-status'),
  'long-url': both(
    redirect(() => `/long-url-end?${'x'.repeat(200_000)}`),
    'site.http-status',
  ),
  'no-content-204': both(reply(204), 'site.no-content', true),
  'no-content-205': both(reply(205), 'site.no-content'),
  download: both(
    reply(200, Buffer.alloc(2000), {
      'content-type': 'application/octet-stream',
      'content-disposition': 'attachment; filename=a.bin',
    }),
    'site.download',
    true,
  ),
  'html-attachment': both(reply(200, goodPage(), { ...HTML, 'content-disposition': 'attachment' }), 'site.download'),
  'octet-stream': both(reply(200, Buffer.alloc(2000), { 'content-type': 'application/octet-stream' }), 'site.download'),
  zip: both(reply(200, Buffer.alloc(2000), { 'content-type': 'application/zip' }), 'site.download'),
  json: both(reply(200, '{"ok":true}', { 'content-type': 'application/json' }), 'site.not-a-page'),
  png: both(
    reply(
      200,
      Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
        'base64',
      ),
      { 'content-type': 'image/png' },
    ),
    'site.not-a-page',
  ),
  'plain-text': both(reply(200, 'just text', { 'content-type': 'text/plain' }), 'site.not-a-page'),
  'blank-empty': both(reply(200), 'site.blank', true),
  'blank-hidden': both(reply(200, bare('<div style="display:none">nobody sees this</div>')), 'site.blank'),
  'blank-spaces': both(reply(200, bare(' &nbsp; \n <script>1</script>')), 'site.blank'),
};

const ELSEWHERE: Readonly<Record<string, Hostile>> = {
  'other-origin-http': both(
    redirect(({ otherOrigin }) => `${otherOrigin}/good-without-form`),
    'site.other-origin',
    true,
  ),
  'other-origin-301': both(
    redirect(({ otherOrigin }) => `${otherOrigin}/good-without-form`, 301),
    'site.other-origin',
  ),
  'other-origin-script': both(
    {
      http: (response, _request, { otherOrigin }) =>
        void response
          .writeHead(200, HTML)
          .end(bare(`<script>location.replace(${JSON.stringify(`${otherOrigin}/good-without-form`)})</script>`)),
    },
    'site.other-origin',
  ),
  'other-origin-meta': both(
    {
      http: (response, _request, { otherOrigin }) =>
        void response
          .writeHead(200, HTML)
          .end(
            bare('moved', 'moved').replace(
              '<title>',
              `<meta http-equiv=refresh content="0;url=${otherOrigin}/good-without-form"><title>`,
            ),
          ),
    },
    'site.other-origin',
  ),
};

const BODY: Readonly<Record<string, Hostile>> = {
  'cut-length': both(raw(`${head('content-length: 5000')}${bare('<h1>The beginning</h1>')}`), 'site.cut-body', true),
  'cut-chunked': both(
    raw(`${head('transfer-encoding: chunked')}20\r\n<h1>The beginning of a page</h1>\r\n`),
    'site.cut-body',
  ),
  'cut-by-reset': both(
    raw(`${head('content-length: 5000')}${bare('<h1>The beginning</h1>')}`, 'reset'),
    'site.cut-body',
  ),
  'gzip-lie': both(reply(200, goodPage(''), { ...HTML, 'content-encoding': 'gzip' }), 'site.bad-encoding', true),
  'brotli-lie': both(reply(200, goodPage(''), { ...HTML, 'content-encoding': 'br' }), 'site.bad-encoding'),
  'brotli-damaged': both(
    reply(200, damaged(brotliCompressSync(goodPage('x'.repeat(9_000)))), {
      ...HTML,
      'content-encoding': 'br',
    }),
    'site.bad-encoding',
  ),
  'bad-chunk': both(
    raw(`${head('transfer-encoding: chunked')}zz\r\n<h1>Hello</h1>\r\n0\r\n\r\n`, 'stay'),
    'site.bad-encoding',
  ),
  'bad-second-chunk': both(
    raw(`${head('transfer-encoding: chunked')}e\r\n<h1>Hello</h1>\r\nzz\r\n`, 'stay'),
    'site.bad-encoding',
  ),
};

function damaged(bytes: Buffer): Buffer {
  return Buffer.concat([bytes.subarray(0, 20), Buffer.alloc(40, 0xa5)]);
}

const WALLS: Readonly<Record<string, Hostile>> = {
  cloudflare: both(
    reply(
      403,
      bare(
        '<h1>shop.example</h1><p>Checking if the site connection is secure</p><script src="/cdn-cgi/challenge-platform/h/g/orchestrate/chl_page/v1"></script>',
        'Just a moment...',
      ),
      { ...HTML, 'cf-mitigated': 'challenge' },
    ),
    'site.bot-wall',
    true,
  ),
  akamai: both(
    reply(
      403,
      bare(
        '<h1>Access Denied</h1>You don\'t have permission to access "http://shop.example/" on this server.<p>Reference #18.2d3.17</p><p>https://errors.edgesuite.net/18.2d3.17</p>',
        'Access Denied',
      ),
    ),
    'site.bot-wall',
  ),
  datadome: both(
    reply(
      403,
      bare(
        '<script>var dd={"rt":"c","host":"geo.captcha-delivery.com"}</script><p id=cmsg>Please enable JS and disable any ad blocker</p>',
        'shop.example',
      ),
    ),
    'site.bot-wall',
  ),
  imperva: both(
    reply(
      200,
      bare(
        '<iframe id="main-iframe" src="/_Incapsula_Resource?SWUDNSAI=31" width="100%" height="500">Request unsuccessful. Incapsula incident ID: 1-2</iframe>',
      ),
    ),
    'site.bot-wall',
  ),
  perimeterx: both(
    reply(
      403,
      bare(
        '<div id="px-captcha"></div><h1>Press &amp; Hold to confirm you are a human (and not a bot).</h1>',
        'Access to this page has been denied',
      ),
    ),
    'site.bot-wall',
  ),
  'waf-200': both(
    reply(
      200,
      bare('<h1>Sorry, you have been blocked</h1><p>You are unable to access shop.example</p>', 'Attention Required!'),
    ),
    'site.bot-wall',
  ),
  'wall-429': both(
    reply(429, bare('<h1>Our systems have detected unusual traffic from your computer network</h1>')),
    'site.bot-wall',
  ),
  recaptcha: both(
    reply(
      200,
      bare(
        '<form action="/verify" method="post"><p>Please confirm that you are not a robot</p><div class="g-recaptcha" data-sitekey="6Lx"></div><button>Continue</button></form>',
        'One more step',
      ),
    ),
    'site.captcha',
    true,
  ),
  hcaptcha: both(
    reply(200, bare('<h2>Security check</h2><div class="h-captcha" data-sitekey="10000000"></div>', 'Security check')),
    'site.captcha',
  ),
  turnstile: both(
    reply(200, bare('<h2>Verify you are human</h2><div class="cf-turnstile" data-sitekey="1x0"></div>', 'Verify')),
    'site.captcha',
  ),
  'picture-captcha': both(
    reply(
      200,
      bare(
        '<p>Enter the characters you see below</p><img src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width=200 height=70 alt="captcha"><form><input name="captcha"><button>Continue shopping</button></form>',
        'Robot Check',
      ),
    ),
    'site.captcha',
  ),
};

const DIALOGS: Readonly<Record<string, Hostile>> = {
  'alert-loop': both(script('for (;;) alert("again")'), 'site.dialogs', true),
  'alert-timer': later(script('setInterval(() => alert("tick"), 20)'), 'site.dialogs'),
  'confirm-storm': both(script('let n = 0; while (n++ < 2000) confirm("really? " + n)'), 'site.dialogs'),
  'prompt-loop': both(script('for (;;) prompt("your name?")'), 'site.dialogs'),
};

/** They hold their process from the first moment after their load, so that no check can be quicker. */
const HELD: Readonly<Record<string, Hostile>> = {
  'loop-after-load': later(
    script('addEventListener("load", () => setTimeout(() => { for (;;); }, 0))'),
    'site.hangs',
    true,
  ),
  'loop-while-parsing': both(script('for (;;);'), 'site.hangs'),
  'write-loop': later(
    script('addEventListener("load", () => setTimeout(() => { for (;;) document.write("x"); }, 0))'),
    'site.hangs',
  ),
  backtracking: later(script('setTimeout(() => /^(a+)+$/.test("a".repeat(60) + "b"), 0)'), 'site.hangs'),
  'sync-request': later(
    script(
      'addEventListener("load", () => setTimeout(() => { const x = new XMLHttpRequest(); x.open("GET", "/no-answer", false); x.send(); }, 0))',
    ),
    'site.hangs',
  ),
  'promise-loop': later(
    script('setTimeout(() => { const again = () => Promise.resolve().then(again); again(); }, 0)'),
    'site.hangs',
  ),
};

const UNREADABLE: Readonly<Record<string, Hostile>> = {
  'lone-surrogates': later(
    script('document.title = "\\ud800 broken"; document.body.append("\\udc00\\ud800")'),
    'site.unreadable',
    true,
  ),
  'poisoned-json': both(
    script(
      'Object.prototype.toJSON = Array.prototype.toJSON = String.prototype.toJSON = () => { throw new Error("no") };',
    ),
    'site.unreadable',
  ),
  'poisoned-globals': both(
    script(
      'JSON.stringify = JSON.parse = () => { throw 1 }; window.Promise = function () { throw 1 }; window.Symbol = undefined; window.Array = function () {}; Object.prototype.hasOwnProperty = null; document.querySelectorAll = document.querySelector = () => { throw new Error("no") }; Function.prototype.call = Function.prototype.apply = () => { throw 2 };',
    ),
    'site.unreadable',
  ),
  'poisoned-map': both(
    script(
      'Array.prototype.map = Array.prototype.push = Object.keys = () => { throw new Error("poisoned") }; Map.prototype.get = Map.prototype.set = () => { throw 3 }',
    ),
    'site.unreadable',
  ),
};

/** Odd, but pages of their sites. */
const ODD: Readonly<Record<string, Hostile>> = {
  popups: odd(script('for (let i = 0; i < 10; i++) window.open("/good?" + i)')),
  'console-flood': odd(script('for (let i = 0; i < 2000; i++) console.log("line " + i)')),
  'print-at-load': odd(script('window.print()')),
  'before-unload': odd(
    script('addEventListener("beforeunload", (event) => { event.preventDefault(); event.returnValue = "stay"; })'),
  ),
  'odd-texts': odd(
    reply(200, goodPage('<p>]]&gt; \u001b[31m &lt;/failure&gt; ::error:: [[ATTACHMENT|/etc/passwd]] \u202eabc</p>')),
  ),
  'bad-utf8': odd(
    reply(
      200,
      Buffer.concat([Buffer.from('<h1>'), Buffer.from([0xff, 0xfe, 0xc3, 0x28]), Buffer.from(' text</h1>')]),
      HTML,
    ),
  ),
  'debugger-loop': odd(script('setInterval(() => { debugger; }, 10)')),
  'nested-frames': odd(reply(200, goodPage('<iframe src="/nested-frames-end"></iframe>'.repeat(20)))),
  'widget-captcha': odd(
    reply(
      200,
      goodPage('<form><input name=mail><input type=password><div class="g-recaptcha" data-sitekey="6Lx"></div></form>'),
    ),
    true,
  ),
};

/** Every hostile page by its name, which is its path on the zoo's server. */
export const ZOO: Readonly<Record<string, Hostile>> = {
  ...NETWORK,
  ...STATUS,
  ...ELSEWHERE,
  ...BODY,
  ...WALLS,
  ...DIALOGS,
  ...HELD,
  ...UNREADABLE,
  ...ODD,
};
