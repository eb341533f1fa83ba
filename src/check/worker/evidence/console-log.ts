import { LastTexts } from './last-texts.ts';
import { remoteText, type RemoteValue } from './remote-value.ts';
import { withoutNamedSecrets } from '../../../text/secret-names.ts';
import { visibleText } from '../../../text/visible-text.ts';

/** `log.entryAdded` of BiDi. */
export interface LogEntry {
  readonly type: string;
  readonly level: string;
  readonly text: string | null;
  readonly timestamp: number;
  readonly args?: readonly RemoteValue[];
  readonly stackTrace?: { readonly callFrames?: readonly { readonly url: string; readonly lineNumber: number }[] };
}

const BOUNDS = { maxCount: 500, maxChars: 256 * 1024 };
const MAX_LINE_CHARS = 10_000;

/** The newest console lines and uncaught errors of a site's pages, their workers and the extension. */
export class ConsoleLog {
  readonly #lines = new LastTexts(BOUNDS);
  readonly #clean: (text: string) => string;

  /** @param clean removes from a text what no output may show */
  constructor(clean: (text: string) => string) {
    this.#clean = clean;
  }

  add(entry: LogEntry): void {
    const [frame] = entry.stackTrace?.callFrames ?? [];
    // BiDi counts lines from 0.
    const place = frame === undefined ? '' : ` (${this.#clean(frame.url)}:${frame.lineNumber + 1})`;
    const thrown = entry.type === 'javascript' ? 'uncaught ' : '';
    // Clean it before you cut it: half a secret would not be found.
    const text = visibleText(withoutNamedSecrets(this.#clean(textOf(entry))).slice(0, MAX_LINE_CHARS)).replaceAll(
      '\n',
      '\n    ',
    );
    this.#lines.add(
      `${new Date(entry.timestamp).toISOString()} ${entry.level.padEnd(5)} ${thrown}${text}${visibleText(place.slice(0, 2_000))}\n`,
    );
  }

  /** Adds a last line that says why there are no more. */
  end(why: string): void {
    this.#lines.add(`… ${why}\n`);
  }

  /** Empty if nothing was written. */
  text(): string {
    const { droppedCount } = this.#lines;
    const before = droppedCount === 0 ? '' : `… ${droppedCount} older lines are left out\n`;
    return before + this.#lines.list().join('');
  }
}

function textOf({ text, args }: LogEntry): string {
  // BiDi's own text shows only the number of an object's fields, but it replaces %s and the like.
  if (args === undefined || args.length === 0 || String(args[0]?.value).includes('%')) return text ?? '';
  return args.map((arg) => remoteText(arg)).join(' ');
}
