import { PassThrough } from 'node:stream';
import { refusal } from '../../core/fault.ts';
import { Redaction } from '../../text/redaction.ts';
import { demultiplexed } from './containers.ts';
import { ifThere, openEngine } from './engine.ts';
import { everyNode, readInventory, type GridContainer } from './inventory.ts';
import { readSecrets } from './secrets.ts';

export interface GridLogsOptions {
  /** `hub`, a node's number, or a container's name. Default: all containers. */
  readonly node?: string | undefined;
  /** Go on until the signal aborts or the containers end. */
  readonly follow?: boolean;
  /** The number of last lines of each container. Default: all lines. */
  readonly tail?: number;
  readonly signal?: AbortSignal;
}

/**
 * Reads the logs of a grid's containers line by line, without the grid's secrets. Throws a refusal if there is no such
 * container.
 */
export async function gridLogs(
  name: string,
  options: GridLogsOptions,
  onLine: (line: string, container: string) => void,
): Promise<void> {
  const engine = await openEngine(options.signal);
  const inventory = await readInventory(engine, name);
  const all = [...(inventory.hub === undefined ? [] : [inventory.hub]), ...everyNode(inventory)];
  const chosen = all.filter((container) => isMeant(container, options.node));
  if (chosen.length === 0) {
    const known = all.map((container) => container.name).join(', ');
    throw refusal(
      'grid.none',
      options.node === undefined ? `there is no grid '${name}'` : `the grid '${name}' has no '${options.node}'`,
      { hint: known === '' ? undefined : `the grid has ${known}` },
    );
  }
  const secrets =
    inventory.hub === undefined
      ? undefined
      : await readSecrets(engine, engine.docker.getContainer(inventory.hub.id), inventory.hub.labels);
  const redaction = new Redaction(secrets === undefined ? [] : [secrets.password, secrets.registration]);
  const tail = options.tail === undefined ? {} : { tail: options.tail };
  await Promise.all(
    chosen.map(async ({ id, name: own }) => {
      const say = (line: string): void => onLine(redaction.text(line), own);
      const container = engine.docker.getContainer(id);
      const what = `read the log of ${own}`;
      if (options.follow !== true) {
        const log = await ifThere(
          engine.call(what, async () => await container.logs({ stdout: true, stderr: true, ...tail })),
        );
        for (const line of linesOf(demultiplexed(log ?? Buffer.alloc(0)))) say(line);
        return;
      }
      const stream = await engine.call(
        what,
        async () => await container.logs({ stdout: true, stderr: true, follow: true, ...tail }),
      );
      await follow(engine.docker.modem, stream, say, options.signal);
    }),
  );
}

function isMeant(container: GridContainer, asked: string | undefined): boolean {
  if (asked === undefined) return true;
  return (
    container.name === asked ||
    (asked === 'hub' && container.role === 'hub') ||
    asked === String(container.node) ||
    asked === `node-${container.node}`
  );
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.replace(/\n$/, '').split('\n');
}

interface Demultiplexer {
  demuxStream(stream: NodeJS.ReadableStream, stdout: NodeJS.WritableStream, stderr: NodeJS.WritableStream): void;
}

async function follow(
  modem: Demultiplexer,
  stream: NodeJS.ReadableStream,
  say: (line: string) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const text = new PassThrough({ encoding: 'utf8' });
  modem.demuxStream(stream, text, text);
  const end = (): void => {
    (stream as unknown as { destroy(): void }).destroy();
    text.end();
  };
  stream
    .on('end', () => text.end())
    .on('close', () => text.end())
    .on('error', end);
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted) end();
  let rest = '';
  for await (const chunk of text) {
    const lines = `${rest}${String(chunk)}`.split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) say(line);
  }
  signal?.removeEventListener('abort', end);
  if (rest !== '') say(rest);
}
