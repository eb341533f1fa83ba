import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { mkdir, rm, rmdir, writeFile } from 'node:fs/promises';
import { dirname, extname, join } from 'node:path';
import { clearTimeout, setTimeout } from '../../../os/real-timers.ts';
import type { Attachment } from '../../../core/attempt.ts';
import { GridrunError } from '../../../core/fault.ts';
import { MIN_BYTES_IN_BINARY, type Redaction } from '../../../text/redaction.ts';
import { EVIDENCE } from '../../../results/layout.ts';
import { withResolvers } from '../../../os/real-builtins.ts';

/** What `attach` takes: text, bytes, or a value that is written as JSON. */
export type AttachmentBody = string | Uint8Array | object;

const CONTENT_TYPES: Readonly<Record<string, string>> = {
  '.png': 'image/png',
  '.jpg': 'image/jpeg',
  '.jpeg': 'image/jpeg',
  '.svg': 'image/svg+xml',
  '.webp': 'image/webp',
  '.html': 'text/html',
  '.json': 'application/json',
  '.har': 'application/json',
  '.mhtml': 'multipart/related',
  '.csv': 'text/csv',
  '.md': 'text/markdown',
  '.txt': 'text/plain',
  '.log': 'text/plain',
  '.pdf': 'application/pdf',
  '.zip': 'application/zip',
};

const MAX_NAME_CHARS = 100;
/** File systems take 255 bytes, some of which may be an ending that gridrun adds. */
const MAX_NAME_BYTES = 240;
const MAX_ENDING_CHARS = 10;
const MAX_SHOWN_CHARS = 300;

export interface EvidenceOptions {
  readonly outDir: string;
  readonly siteId: string;
  readonly attempt: number;
  readonly redaction: Redaction;
}

/** The evidence of one attempt: `evidence/<site>/<check>/<attempt>/…` below the results folder. */
export class Evidence {
  readonly #options: EvidenceOptions;
  readonly #byCheck = new Map<string, Map<string, Attachment>>();
  readonly #writes = new Set<Promise<void>>();

  constructor(options: EvidenceOptions) {
    this.#options = options;
  }

  /** The files of a check so far. */
  of(check: string): readonly Attachment[] {
    return [...(this.#byCheck.get(check)?.values() ?? [])];
  }

  /** Shows a check's files with another check too: one failed hook kept both from running. */
  share(from: string, to: string): void {
    for (const [name, attachment] of this.#byCheck.get(from) ?? []) this.#filesOf(to).set(name, attachment);
  }

  /** Writes a file for a check. A second file with the same name replaces the first. Rejects with a
   * `GridrunError` if it can't be written. */
  async write(check: string, name: string, body: AttachmentBody): Promise<void> {
    const { redaction } = this.#options;
    await this.writeOwn(check, redaction.text(name), body instanceof Uint8Array ? cleaned(body, redaction) : body);
  }

  /** As `write`, for a name that gridrun gives. It stays, even if a part of it is a secret. */
  async writeOwn(check: string, name: string, body: AttachmentBody): Promise<void> {
    const { bytes, fileName } = this.#encode(name, body);
    const attachment = this.#attachment(check, name, fileName, bytes);
    this.#filesOf(check).set(fileName, attachment);
    try {
      await this.#write(attachment, bytes);
    } catch (error) {
      this.#byCheck.get(check)?.delete(fileName);
      throw notWritten(error);
    }
  }

  /** Writes a file that is not evidence yet: call `list` or `remove` later. Rejects if it can't be written. */
  async writeUnlisted(check: string, name: string, bytes: Uint8Array): Promise<Attachment> {
    const attachment = this.#attachment(check, name, name, bytes);
    await this.#write(attachment, bytes);
    return attachment;
  }

  /** As `writeUnlisted`, for a file that belongs to no check. It stands in the folder of its site. */
  async writeForSite(name: string, bytes: Uint8Array): Promise<Attachment> {
    const path = [EVIDENCE, this.#options.siteId, name].join('/');
    const attachment = { name, path, contentType: contentTypeOf(name, bytes) };
    await this.#write(attachment, bytes);
    return attachment;
  }

  /** Makes a file from `writeUnlisted` or `writeForSite` evidence of the check. */
  list(check: string, attachment: Attachment): void {
    this.#filesOf(check).set(attachment.name, attachment);
  }

  /** Removes a file, and its folders if they are empty then. Never rejects. */
  async remove(attachment: Attachment): Promise<void> {
    const path = join(this.#options.outDir, attachment.path);
    await rm(path, { force: true }).catch(() => {});
    for (const folder of [dirname(path), dirname(dirname(path)), dirname(dirname(dirname(path)))])
      await rmdir(folder).catch(() => {});
  }

  /** Waits for all files that are being written, at most until the deadline. */
  async settled(deadlineMs: number): Promise<void> {
    const { promise, resolve } = withResolvers<void>();
    const timer = setTimeout(resolve, deadlineMs);
    await Promise.race([this.#allWritten(), promise]);
    clearTimeout(timer);
  }

  async #allWritten(): Promise<void> {
    while (this.#writes.size > 0) await Promise.all(this.#writes);
  }

  #attachment(check: string, name: string, fileName: string, bytes: string | Uint8Array): Attachment {
    return {
      name: name.slice(0, MAX_SHOWN_CHARS),
      path: [EVIDENCE, this.#options.siteId, slugOf(check), String(this.#options.attempt), fileName].join('/'),
      contentType: contentTypeOf(fileName, bytes),
    };
  }

  async #write(attachment: Attachment, bytes: string | Uint8Array): Promise<void> {
    const path = join(this.#options.outDir, attachment.path);
    const write = mkdir(dirname(path), { recursive: true }).then(async () => await writeOrRemove(path, bytes));
    const settled: Promise<void> = write.catch(() => {}).then(() => void this.#writes.delete(settled));
    this.#writes.add(settled);
    await write;
  }

  #encode(name: string, body: AttachmentBody): { bytes: string | Uint8Array; fileName: string } {
    const safe = fileNameOf(name);
    if (body instanceof Uint8Array) return { bytes: body, fileName: safe };
    if (typeof body === 'string')
      return { bytes: this.#options.redaction.text(body), fileName: withEnding(safe, '.txt') };
    return {
      bytes: this.#options.redaction.text(JSON.stringify(body, undefined, 2)),
      fileName: withEnding(safe, '.json'),
    };
  }

  #filesOf(check: string): Map<string, Attachment> {
    let files = this.#byCheck.get(check);
    if (files === undefined) this.#byCheck.set(check, (files = new Map<string, Attachment>()));
    return files;
  }
}

/** Bytes of a check without secrets. Text in UTF-8 is cleaned as text; other bytes keep their places. */
function cleaned(bytes: Uint8Array, redaction: Redaction): Uint8Array {
  if (redaction.isEmpty) return bytes;
  if (!isUtf8(bytes)) return redaction.blank(Buffer.from(bytes), MIN_BYTES_IN_BINARY);
  const text = Buffer.from(bytes).toString();
  const clean = redaction.text(text);
  return clean === text ? bytes : Buffer.from(clean);
}

function contentTypeOf(fileName: string, bytes: string | Uint8Array): string {
  return (
    CONTENT_TYPES[extname(fileName).toLowerCase()] ??
    (bytes instanceof Uint8Array ? 'application/octet-stream' : 'text/plain')
  );
}

/** The check is not to blame if the results folder takes no file. */
function notWritten(error: unknown): GridrunError {
  const { code } = error as NodeJS.ErrnoException;
  const why = error instanceof Error ? error.message : String(error);
  return code === 'ENOSPC' || code === 'EDQUOT'
    ? new GridrunError('evidence.disk-full', `no room for evidence: ${why}`, { cause: error })
    : new GridrunError('evidence.write', `evidence could not be written: ${why}`, { cause: error });
}

/** A name as the name of a file: no path, at most 100 characters, and with room for an ending within 255 bytes. */
function fileNameOf(name: string): string {
  const safe = name.replace(/[^\p{L}\p{N}._ -]+/gu, '_').replace(/^\.+/, '_');
  const ending = extname(safe).length <= MAX_ENDING_CHARS ? extname(safe) : '';
  const whole = safe.length <= MAX_NAME_CHARS && Buffer.byteLength(safe) <= MAX_NAME_BYTES;
  return (whole ? safe : `${shortened(safe, ending)}${ending}`) || 'attachment';
}

/** The beginning of a name, and a hash that keeps two long names apart. */
function shortened(name: string, ending: string): string {
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 8);
  const rest = Buffer.byteLength(`-${hash}${ending}`);
  let stem = '';
  for (const character of name.slice(0, -ending.length || undefined)) {
    const longer = stem + character;
    if (longer.length + rest > MAX_NAME_CHARS || Buffer.byteLength(longer) + rest > MAX_NAME_BYTES) break;
    stem = longer;
  }
  return `${stem}-${hash}`;
}

function withEnding(name: string, ending: string): string {
  return extname(name) === '' ? `${name}${ending}` : name;
}

/** A title as the name of a folder. If characters are lost, a hash keeps two titles apart. */
function slugOf(title: string): string {
  const slug = title
    .replace(/[^A-Za-z0-9_-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 60);
  if (slug === title) return slug;
  const hash = createHash('sha256').update(title.toWellFormed()).digest('hex').slice(0, 8);
  return slug === '' ? hash : `${slug}-${hash}`;
}

/** Writes a file. A part of one is removed again: on a full disk it would take the room of the journal and the reports. */
async function writeOrRemove(path: string, bytes: string | Uint8Array): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (error) {
    await rm(path, { force: true }).catch(() => {});
    throw error;
  }
}
