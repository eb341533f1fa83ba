import { open, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { refusal } from '../core/fault.ts';

/** What a file for other programs holds of a grid. */
interface GridSecrets {
  readonly url: string;
  readonly registration: string;
}

/**
 * The file of `grid up --write-env`. Its draft is made before the grid, so that a folder that is not there costs no
 * grid. Only the user can read it, even if the file was there before with other permissions.
 */
export class EnvironmentFile implements AsyncDisposable {
  readonly #path: string;
  readonly #draft: string;

  private constructor(path: string, draft: string) {
    this.#path = path;
    this.#draft = draft;
  }

  /** Throws a refusal if the file cannot be written. */
  static async open(path: string): Promise<EnvironmentFile> {
    try {
      // A link stays a link. The file need not be there.
      const target = await realpath(path).catch(() => path);
      const facts = await stat(target).catch(() => undefined);
      if (facts !== undefined && !facts.isFile()) throw new Error('it is not a file');
      const draft = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
      await (await open(draft, 'w', 0o600)).close();
      return new EnvironmentFile(target, draft);
    } catch (error) {
      throw notWritable(path, error);
    }
  }

  /** Throws a refusal: the grid is up, but its file is not. */
  async write({ url, registration }: GridSecrets): Promise<void> {
    try {
      await using file = await open(this.#draft, 'w', 0o600);
      await file.writeFile(`SELENIUM_REMOTE_URL=${url}\nSE_REGISTRATION_SECRET=${registration}\n`);
      await rename(this.#draft, this.#path);
    } catch (error) {
      throw notWritable(this.#path, error, 'the grid is up, but ');
    }
  }

  /** Removes the draft, if it has not become the file. */
  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#draft, { force: true });
  }
}

function notWritable(path: string, error: unknown, before = ''): Error {
  const why = error instanceof Error ? error.message : String(error);
  return refusal('options', `${before}--write-env ${path} cannot be written: ${why}`, {
    hint: 'pass a file in a folder that is there and that you may write to',
    cause: error,
  });
}
