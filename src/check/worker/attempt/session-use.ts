/** A command that acts on windows: it opens, closes, moves or sizes one, or switches to another. */
const ON_WINDOWS = /^\/session\/[^/]+\/window(?:\/|$)/;
/** A command that carries a DevTools command, which may do the same. */
const CARRIES_DEVTOOLS = /\/(?:cdp\/execute|chromium\/send_command)/;

/** What the commands of a check may have changed in its session, besides the page. */
export class SessionUse {
  /** It pressed keys or moved the mouse by `actions`. */
  hasActed = false;
  hasSetTimeouts = false;
  hasUsedWindows = false;

  /** Call before each W3C command of the check. */
  onRequest(method: string, path: string): void {
    if (method === 'GET') return;
    this.hasActed ||= path.endsWith('/actions');
    this.hasSetTimeouts ||= path.endsWith('/timeouts');
    this.hasUsedWindows ||= ON_WINDOWS.test(path) || CARRIES_DEVTOOLS.test(path);
  }

  /** Call before each command over a socket. */
  onSocketCommand(): void {
    this.hasUsedWindows = true;
  }
}
