import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A socket before the engine, which can stop for one client alone: other tests use the same engine. */
export class EngineProxy implements AsyncDisposable {
  readonly #folder: string;
  readonly #sockets = new Set<Socket>();
  readonly #server = createServer((socket) => this.#pass(socket));

  private constructor(folder: string) {
    this.#folder = folder;
  }

  static async open(): Promise<EngineProxy> {
    const proxy = new EngineProxy(await mkdtemp(join(tmpdir(), 'gridrun-engine-')));
    const listening = once(proxy.#server, 'listening');
    proxy.#server.listen(join(proxy.#folder, 'docker.sock'));
    await listening;
    return proxy;
  }

  /** For `DOCKER_HOST`. */
  get address(): string {
    return `unix://${join(this.#folder, 'docker.sock')}`;
  }

  /** From now on no engine answers there. */
  stop(): void {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stop();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #pass(socket: Socket): void {
    const engine = connect((process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace('unix://', ''));
    for (const [end, other] of [
      [socket, engine],
      [engine, socket],
    ] as const) {
      this.#sockets.add(end);
      end.on('error', () => other.destroy());
      end.on('close', () => {
        this.#sockets.delete(end);
        other.destroy();
      });
      end.pipe(other);
    }
  }
}
