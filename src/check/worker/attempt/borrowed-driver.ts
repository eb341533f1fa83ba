import { now } from '../../../os/real-timers.ts';
import { fieldOf, isInstance } from '../../../core/as-error.ts';
import type { SessionFacts } from '../../../core/ports.ts';
import { ExecutionClient } from '../../../wire/execution-client.ts';
import { isTraced, trace } from '../../../wire/protocol-trace.ts';
import { RevokedError, WireError } from '../../../wire/wire-error.ts';
import type { CheckDriver } from '../attempt-context.ts';
import { addCallSite, callSite } from '../lane/call-site.ts';
import type { Selenium } from '../selenium-module.ts';
import { actionsMs } from './actions-time.ts';
import { lastingW3c } from './harmless-commands.ts';
import { laneDriver } from './lane-driver.ts';
import { isNavigation, PageMoves } from './page-moves.ts';
import { SessionUse } from './session-use.ts';
import { TypedSecrets, type TypedTexts } from './typed-secrets.ts';

/** The part of selenium-webdriver's command that its types leave out. */
interface Command {
  getName(): string;
  getParameter(name: string): unknown;
  setParameter(name: string, value: unknown): unknown;
}

/** A command that the check has sent and not got back yet. */
export interface OpenCommand {
  readonly name: string;
  /** The check that sent it. */
  readonly check: string | undefined;
  /** On the clock of `now()`. */
  readonly startedAt: number;
  /** How long the browser may take for it, in ms. */
  readonly limitMs: number;
  /** Has the driver replied? */
  readonly hasReply: boolean;
}

export interface BorrowedDriverOptions {
  readonly selenium: Selenium;
  readonly session: SessionFacts;
  /** The limit of one page load, script or implicit wait. One that hangs holds every later command of its session. */
  readonly maxMs: number;
  /** The check whose code sends the command that is about to be sent. */
  readonly callingCheck: () => string | undefined;
  /** Called before each command is sent. */
  readonly beforeCommand: () => void;
  /** Called for each command that comes after `end`. */
  readonly onLateCommand: (error: RevokedError, check: string | undefined) => void;
  /** Called after each command that succeeded. The check goes on when it resolves. */
  readonly afterCommand: (command: string, check: string | undefined) => Promise<void>;
  /** Takes what is about to be typed into a password field. */
  readonly onTyped: (typed: TypedTexts) => void;
}

const MOVES_PAGE = new Set(['get', 'goBack', 'goForward', 'refresh', 'clickElement', 'submitElement']);
/** A command's deadline is later than the browser's own limits, because those errors say more. */
const COMMAND_MARGIN_MS = 15_000;
const MAX_WIRE_ERRORS = 20;
const HAS_QUIT = 'the check has quit its driver, or closed its last window: for this site there is no session any more';

/** A WebDriver of its own for one site. It ends with the site, while its session goes on to the next one. */
export class BorrowedDriver {
  readonly driver: CheckDriver;
  /** Where the commands have led. */
  readonly moves = new PageMoves();
  /** What they may have changed in the session. */
  readonly use = new SessionUse();
  readonly #client: ExecutionClient;
  readonly #open = new Set<OpenCommand>();
  readonly #navigationErrors = new WeakSet<object>();
  readonly #wireErrors: WireError[] = [];
  #lasting: string | undefined;
  #lastUsedAt = now();
  #state: 'used' | 'quit' | 'ending' | 'ended' = 'used';

  constructor(options: BorrowedDriverOptions) {
    const { selenium, session } = options;
    this.#client = new ExecutionClient({
      endpoint: session.endpoint,
      deadlineMs: options.maxMs + COMMAND_MARGIN_MS,
      onRequest: ({ method, path, data }) => {
        this.use.onRequest(method, path);
        this.#note(session, lastingW3c(method, path, data));
      },
    });
    const client = this.#client;
    const typed = new TypedSecrets({ send: (request) => client.send(request), onSecrets: options.onTyped });
    this.driver = laneDriver({
      selenium,
      session,
      client: typed,
      execute: async (command, send) => await this.#execute(options, command as Command, send),
      onSocketCommand: (lasting) => {
        this.moves.onSocketCommand();
        this.use.onSocketCommand();
        if (this.#state === 'ended') throw this.#refused(options, lasting ?? 'a command over a socket');
        this.#note(session, lasting);
      },
      beforeMessage: (message) => typed.beforeMessage(session.sessionId, message),
      onAddressRead: (capability) => {
        this.moves.onSocketCommand();
        this.#note(session, `the capability ${capability}`);
      },
    });
  }

  /** Did the check do something that may outlive its tabs? Only a new session is then sure to be clean. */
  get hasChangedBrowser(): boolean {
    return this.#lasting !== undefined;
  }

  /** Commands that the check has not got back yet, oldest first. */
  get openCommands(): readonly OpenCommand[] {
    return [...this.#open];
  }

  /** When the session last had a command of the check, on the clock of `now()`. */
  get lastUsedAt(): number {
    return this.#open.size > 0 ? now() : this.#lastUsedAt;
  }

  /** The last commands that failed on the wire: they got no reply, or one that is not WebDriver's. */
  get wireErrors(): readonly WireError[] {
    return this.#wireErrors;
  }

  /** The navigation error that this error is, or has as its cause; undefined if there is none. */
  cameFromNavigation(error: unknown): Error | undefined {
    for (let current = error, depth = 0; isInstance(current, Error) && depth < 10; depth++) {
      if (this.#navigationErrors.has(current)) return current;
      current = fieldOf(current, 'cause');
    }
    return undefined;
  }

  /** Ends the driver: its sockets close, pending and later commands reject. The session is not touched. */
  end(): void {
    if (this.#state === 'ending' || this.#state === 'ended') return;
    this.#state = 'ending';
    // quit() is the only public way to close the driver's BiDi and CDP sockets. #execute does not send its command.
    void Promise.resolve(this.driver.quit()).catch(() => {});
    this.#state = 'ended';
    this.#client.revoke();
  }

  async #execute(
    options: BorrowedDriverOptions,
    command: Command,
    send: (command: unknown) => Promise<unknown>,
  ): Promise<unknown> {
    const name = command.getName();
    if (this.#state === 'ending') return null;
    const check = options.callingCheck();
    const caller = callSite();
    if (this.#state === 'ended') throw this.#refused(options, name);
    if (this.#state === 'quit') throw new options.selenium.error.NoSuchSessionError(HAS_QUIT);
    if (name === 'quit') {
      this.#state = 'quit';
      return null;
    }
    options.beforeCommand();
    if (name === 'setTimeout') capInCommand(command, options.maxMs);
    const limitMs = options.maxMs + actionsMs(command.getParameter('actions'));
    const open = { name, check, startedAt: now(), limitMs, hasReply: false };
    this.#open.add(open);
    const parameter = (key: string): unknown => command.getParameter(key);
    this.moves.onCommand(name, parameter);
    try {
      if (name === 'close' && (await this.#isLastWindow())) {
        this.#state = 'quit';
        return [];
      }
      const result = await send(command);
      open.hasReply = true;
      this.moves.onSuccess(name, parameter);
      await options.afterCommand(name, check);
      return result;
    } catch (error) {
      addCallSite(error, caller);
      if (error instanceof WireError && this.#wireErrors.push(error) > MAX_WIRE_ERRORS) this.#wireErrors.shift();
      else if (error instanceof Error && isOfSite(name, error)) this.#navigationErrors.add(error);
      throw error;
    } finally {
      this.#open.delete(open);
      this.#lastUsedAt = now();
    }
  }

  /** Reports a command that came too late. */
  #refused(options: BorrowedDriverOptions, name: string): RevokedError {
    const error = new RevokedError(name);
    options.onLateCommand(error, options.callingCheck());
    return error;
  }

  #note({ sessionId }: SessionFacts, lasting: string | undefined): void {
    if (lasting === undefined) return;
    if (this.#lasting === undefined && isTraced()) trace(`session ${sessionId} must be replaced because of ${lasting}`);
    this.#lasting ??= lasting;
  }

  /** Closing the last window would end the session, which other sites need. */
  async #isLastWindow(): Promise<boolean> {
    return (await this.driver.getAllWindowHandles()).length <= 1;
  }
}

/** Is the site to blame for the error? It is for a page that does not load in time. For a click that waits, the check may be. */
function isOfSite(name: string, error: Error): boolean {
  return (MOVES_PAGE.has(name) && isUnreachable(error)) || (isNavigation(name) && error.name === 'TimeoutError');
}

function isUnreachable(error: Error): boolean {
  return /\bnet::ERR_/.test(error.message) || error.name === 'InsecureCertificateError';
}

function capInCommand(command: Command, maxMs: number): void {
  for (const kind of ['pageLoad', 'script', 'implicit']) {
    const asked = command.getParameter(kind);
    if (typeof asked === 'number' && asked > maxMs) command.setParameter(kind, maxMs);
    // A time-out of null means no limit.
    if (asked === null) command.setParameter(kind, maxMs);
  }
}
