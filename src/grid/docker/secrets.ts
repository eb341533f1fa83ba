import { randomBytes } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import { extract, pack } from 'tar-stream';
import type { Container } from 'dockerode';
import { ifThere, type Engine } from './engine.ts';
import { LABEL } from './labels.ts';

/** What a program needs to command a grid. Only its containers, and the programs that use it, hold these values. */
export interface GridSecrets {
  readonly username: string;
  readonly password: string;
  /** Without it the hub takes no node and drains none. */
  readonly registration: string;
}

const FOLDER = '/opt/gridrun/secret';
const FILES = {
  username: 'router-username',
  password: 'router-password',
  registration: 'registration-secret',
} as const;
/** The user and group of our image. */
const UID = 1200;
const GID = 1201;

export function newSecrets(): GridSecrets {
  const text = (): string => randomBytes(24).toString('base64url');
  return { username: 'gridrun', password: text(), registration: text() };
}

/** The secrets as environment variables, for images that read nothing else. */
export function secretEnv(role: 'hub' | 'node', secrets: GridSecrets): string[] {
  const registration = `SE_REGISTRATION_SECRET=${secrets.registration}`;
  return role === 'node'
    ? [registration]
    : [`SE_ROUTER_USERNAME=${secrets.username}`, `SE_ROUTER_PASSWORD=${secrets.password}`, registration];
}

/**
 * Puts the secrets as files into a container that has not started. Only the container's user can read them, and no
 * environment and no command line shows them.
 */
export async function putSecrets(
  engine: Engine,
  container: Container,
  role: 'hub' | 'node',
  secrets: GridSecrets,
): Promise<void> {
  const archive = pack();
  const names = role === 'hub' ? (['username', 'password', 'registration'] as const) : (['registration'] as const);
  for (const name of names) archive.entry({ name: FILES[name], mode: 0o400, uid: UID, gid: GID }, secrets[name]);
  archive.finalize();
  const body = await buffer(archive);
  await engine.call('put a file into a container', async () => await container.putArchive(body, { path: FOLDER }));
}

/** Reads a hub's secrets back from its container. Returns undefined if one of them is missing. */
export async function readSecrets(
  engine: Engine,
  hub: Container,
  labels: Readonly<Record<string, string>>,
): Promise<GridSecrets | undefined> {
  const { username, password, registration } = await secretsOf(engine, hub, labels);
  return username && password && registration ? { username, password, registration } : undefined;
}

/** Reads the registration secret back from the container of a hub or a node. Returns undefined if it has none. */
export async function readRegistration(
  engine: Engine,
  container: Container,
  labels: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  return (await secretsOf(engine, container, labels)).registration;
}

type FoundSecrets = { readonly [Name in keyof GridSecrets]: string | undefined };

async function secretsOf(
  engine: Engine,
  container: Container,
  labels: Readonly<Record<string, string>>,
): Promise<FoundSecrets> {
  return labels[LABEL.secrets] === 'env'
    ? await secretsOfEnv(engine, container)
    : await secretsOfFiles(engine, container);
}

async function secretsOfEnv(engine: Engine, container: Container): Promise<FoundSecrets> {
  const facts = await ifThere(engine.call('inspect a container', async () => await container.inspect()));
  const env = new Map(
    (facts?.Config.Env ?? []).map((entry) => [entry.slice(0, entry.indexOf('=')), entry.slice(entry.indexOf('=') + 1)]),
  );
  return {
    username: env.get('SE_ROUTER_USERNAME'),
    password: env.get('SE_ROUTER_PASSWORD'),
    registration: env.get('SE_REGISTRATION_SECRET'),
  };
}

async function secretsOfFiles(engine: Engine, container: Container): Promise<FoundSecrets> {
  const found = new Map<string, string>();
  const what = 'read a file of a container';
  const stream = await ifThere(engine.call(what, async () => await container.getArchive({ path: FOLDER })));
  await engine.call(what, async (signal) => {
    if (stream === undefined) return;
    const entries = extract();
    signal.addEventListener('abort', () => entries.destroy(), { once: true });
    stream.on('error', (error) => entries.destroy(error)).pipe(entries);
    for await (const entry of entries) {
      const content = await buffer(entry);
      found.set(entry.header.name.split('/').at(-1) ?? '', content.toString('utf8'));
    }
  });
  return {
    username: found.get(FILES.username),
    password: found.get(FILES.password),
    registration: found.get(FILES.registration),
  };
}
