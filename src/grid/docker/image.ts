import { GridrunError } from '../../core/fault.ts';
import { ChangeLock } from './change-lock.ts';
import { ifThere, openEngine, type Engine } from './engine.ts';
import { contextOf, readRecipe } from './image-recipe.ts';
import { LABEL } from './labels.ts';

const BUILD_DEADLINE_MS = 30 * 60_000;
const PULL_DEADLINE_MS = 15 * 60_000;
const SHOWN_LINES = 15;
const SHOWN_WIDTH = 100;

/** An image on the engine. */
export interface GridImage {
  readonly ref: string;
  /** Made from `Dockerfile.node`. Any other image has its own command and takes SE_* variables only. */
  readonly ours: boolean;
}

/** The images of a grid. */
export interface GridImages {
  readonly hub: GridImage;
  readonly node: GridImage;
}

export interface ImageOptions {
  /** What this package's image is made from. */
  readonly base?: string | undefined;
  readonly onProgress?: ((text: string) => void) | undefined;
}

/** The image that the user named, or else this package's own. Throws a `GridrunError`. */
export async function ensureImage(engine: Engine, ref: string | undefined, options: ImageOptions): Promise<GridImage> {
  return ref === undefined ? await ensureOwnImage(engine, options) : await ensureGivenImage(engine, ref, options);
}

/**
 * The image of this package. It is built if the engine does not have it: its tag is a hash of what it is made of.
 * Throws a `GridrunError` with the last lines of the step that failed.
 */
export async function ensureOwnImage(engine: Engine, options: ImageOptions = {}): Promise<GridImage> {
  const recipe = await readRecipe(options.base);
  if (await exists(engine, recipe.tag)) return { ref: recipe.tag, ours: true };
  // A build takes minutes and both cores, so one gridrun builds, and the others wait for its image.
  using _lock = await buildLock(engine, recipe.tag, options);
  if (await exists(engine, recipe.tag)) return { ref: recipe.tag, ours: true };
  options.onProgress?.(`building the image of the grid, ${recipe.tag}`);
  await engine.call(
    'build the image',
    async (signal) => {
      const stream = await engine.docker.buildImage(contextOf(recipe), {
        t: recipe.tag,
        dockerfile: 'Dockerfile.node',
        buildargs: { BASE: recipe.base },
        rm: true,
        forcerm: true,
        abortSignal: signal,
      });
      await follow(engine, stream, signal, options.onProgress ?? (() => {}));
    },
    BUILD_DEADLINE_MS,
  );
  return { ref: recipe.tag, ours: true };
}

async function buildLock(engine: Engine, tag: string, { onProgress }: ImageOptions): Promise<ChangeLock> {
  const doing = `building the image ${tag}`;
  return await engine.call(
    `build ${tag}`,
    async (signal) => await ChangeLock.take(`image-${tag.split(':').at(-1)}`, { signal, onProgress, doing }),
    BUILD_DEADLINE_MS,
  );
}

/**
 * Makes sure that the engine of this machine has the image of this package, and returns its name: for docker-compose and
 * other tools. Throws a `GridrunError`.
 */
export async function gridImage(options: ImageOptions & { readonly signal?: AbortSignal } = {}): Promise<string> {
  return (await ensureOwnImage(await openEngine(options.signal), options)).ref;
}

/** An image that the user named. It is pulled if the engine does not have it. Throws a `GridrunError`. */
export async function ensureGivenImage(engine: Engine, ref: string, options: ImageOptions = {}): Promise<GridImage> {
  if (!(await exists(engine, ref))) {
    options.onProgress?.(`pulling ${ref}`);
    try {
      await pull(engine, ref, options);
    } catch (error) {
      throw error instanceof GridrunError && PULL_CODES.has(error.code) ? notPulled(ref, error) : error;
    }
  }
  const image = await engine.call(`inspect ${ref}`, async () => await engine.docker.getImage(ref).inspect());
  return { ref, ours: image.Config.Labels?.[LABEL.image] === '1' };
}

/** What the engine's answer to a pull may be, before its progress and in it. */
const PULL_CODES: ReadonlySet<string> = new Set(['grid.engine-refused', 'grid.image-failed']);

async function pull(engine: Engine, ref: string, options: ImageOptions): Promise<void> {
  await engine.call(
    `pull ${ref}`,
    async (signal) => {
      const stream = await engine.docker.pull(ref, { abortSignal: signal });
      await follow(engine, stream, signal, options.onProgress ?? (() => {}));
    },
    PULL_DEADLINE_MS,
  );
}

/** Says which registry was asked, in the engine's own words, and what to do about them. */
function notPulled(ref: string, error: GridrunError): GridrunError {
  const first = ref.split('/')[0] ?? '';
  const isRegistry = ref.includes('/') && (/[.:]/.test(first) || first === 'localhost');
  const registry = isRegistry ? first : 'docker.io';
  const why = error.message.replace(/^the Docker engine could not pull [^:]+(:[^ ]+)?: /, '');
  return new GridrunError('grid.image-failed', `the Docker engine could not pull ${ref} from ${registry}: ${why}`, {
    hint: pullHint(ref, why),
    cause: error,
  });
}

function pullHint(ref: string, why: string): string {
  const byHand = `docker pull ${ref}, and run this again: gridrun uses an image that the engine has`;
  if (/toomanyrequests|rate limit/i.test(why)) return `log in with docker login for a higher limit; then ${byHand}`;
  if (/denied|unauthorized|authentication|no basic auth/i.test(why))
    return `check the name; if the image is private, log in with docker login, then ${byHand}`;
  if (/no such host|dial tcp|timeout|timed out|connection|certificate|x509|EOF/i.test(why))
    return `check the registry's name, and the network and the proxy of the Docker engine; or load the image with docker load`;
  return `check the name and the tag of the image; or ${byHand}`;
}

async function exists(engine: Engine, ref: string): Promise<boolean> {
  return (
    (await ifThere(engine.call(`inspect ${ref}`, async () => await engine.docker.getImage(ref).inspect()))) !==
    undefined
  );
}

interface BuildLine {
  readonly stream?: string;
  readonly status?: string;
  readonly error?: string;
}

/** Reads an engine's progress to its end. Throws a `GridrunError` with the last lines of the step that failed. */
async function follow(
  engine: Engine,
  stream: NodeJS.ReadableStream,
  signal: AbortSignal,
  onProgress: (text: string) => void,
): Promise<void> {
  let step = '';
  let lines: string[] = [];
  let failure: string | undefined;
  const onLine = (line: BuildLine): void => {
    const text = (line.stream ?? line.status ?? '').trimEnd();
    if (/^Step \d+\/\d+ : /.test(text)) {
      step = text.length > SHOWN_WIDTH ? `${text.slice(0, SHOWN_WIDTH)}…` : text;
      lines = [];
      onProgress(step);
    } else if (text !== '') {
      lines = [...lines.slice(1 - SHOWN_LINES), ...text.split('\n')];
    }
    failure ??= line.error;
  };
  const onAbort = (): void => {
    (stream as unknown as { destroy?: () => void }).destroy?.();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  await new Promise<void>((resolve, reject) => {
    engine.docker.modem.followProgress(
      stream,
      (error) => (error && failure === undefined ? reject(error) : resolve()),
      onLine,
    );
  });
  if (failure === undefined) return;
  throw new GridrunError(
    'grid.image-failed',
    [step === '' ? failure : `${step}: ${failure}`, ...lines.slice(-SHOWN_LINES)].join('\n'),
    { hint: 'read the last lines of the failed step; a step that downloads packages needs a network in containers' },
  );
}
