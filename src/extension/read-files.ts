import { readFile, readdir, realpath, stat } from 'node:fs/promises';
import { join, sep } from 'node:path';
import { portablePath } from '../os/portable-path.ts';
import { refusal } from '../core/fault.ts';
import { readZip, type Files } from './zip.ts';

/** Each session uploads the extension. More than this is certainly not only the extension. */
const MAX_BYTES = 256 * 1024 * 1024;

const ZIP_MAGIC = Buffer.from('PK');
const CRX_MAGIC = Buffer.from('Cr24');
/** Magic, version and header length, four bytes each. */
const CRX_PREFIX_BYTES = 12;

/**
 * Reads the files of an extension from a folder, a zip or a crx (version 3). If everything is below one folder, that
 * folder is the extension.
 * Throws a refusal that lists every mistake.
 */
export async function readFiles(path: string): Promise<Files> {
  const kind = await stat(path).catch(() => undefined);
  if (kind === undefined)
    throw refusal('extension.not-found', `no extension at ${path}`, {
      hint: 'pass its folder, zip or crx',
    });
  const { files, mistakes } = kind.isDirectory()
    ? await readFolder(path)
    : await readArchive(path, await readFile(path));
  if (mistakes.length > 0) throw refusal('extension.bad-files', `${path} cannot be used as an extension`, { mistakes });
  if (files.size === 0)
    throw refusal('extension.empty', `${path} is empty: an extension has a manifest.json`, {
      hint: 'build the extension first',
    });
  return belowOneFolder(files);
}

interface Found {
  readonly files: Files;
  readonly mistakes: readonly string[];
}

async function readFolder(root: string): Promise<Found> {
  const files = new Map<string, Buffer>();
  const mistakes: string[] = [];
  const realRoot = await realpath(root);
  let bytes = 0;
  const walk = async (folder: string): Promise<void> => {
    for (const entry of await readdir(folder, { withFileTypes: true })) {
      const path = join(folder, entry.name);
      const name = portablePath(root, path);
      if (entry.name === '.git' || entry.name === '.DS_Store') continue;
      if (entry.isSymbolicLink()) {
        const target = await realpath(path).catch(() => undefined);
        if (target === undefined) mistakes.push(`${name} is a symbolic link to nothing; remove it`);
        else if (!target.startsWith(realRoot + sep))
          mistakes.push(
            `${name} is a symbolic link to a file outside the extension's folder, which cannot be packed; replace it with the file itself`,
          );
        if (target === undefined || !target.startsWith(realRoot + sep)) continue;
      }
      const info = await stat(path);
      if (info.isDirectory() && entry.isSymbolicLink())
        mistakes.push(
          `${name} is a symbolic link to a folder, which cannot be packed; replace it with the folder itself`,
        );
      else if (info.isDirectory()) await walk(path);
      else if (info.isFile()) {
        bytes += info.size;
        if (bytes > MAX_BYTES)
          throw refusal(
            'extension.too-large',
            `${root} has more than ${MAX_BYTES / 1024 / 1024} MB of files; pass the extension's built folder`,
          );
        files.set(name, await readFile(path));
      }
    }
  };
  await walk(root);
  return { files, mistakes };
}

async function readArchive(path: string, bytes: Buffer): Promise<Found> {
  const zip = bytes.subarray(0, 4).equals(CRX_MAGIC) ? zipOfCrx(path, bytes) : bytes;
  if (!zip.subarray(0, 2).equals(ZIP_MAGIC))
    throw refusal('extension.not-a-zip', `${path} is neither a folder nor a zip nor a crx`);
  try {
    return await readZip(zip);
  } catch (error) {
    throw refusal('extension.not-a-zip', `${path} is damaged: ${(error as Error).message}`);
  }
}

function zipOfCrx(path: string, bytes: Buffer): Buffer {
  const version = bytes.length < CRX_PREFIX_BYTES ? 0 : bytes.readUInt32LE(4);
  if (version !== 3)
    throw refusal(
      'extension.old-crx',
      `${path} is a crx of version ${version}, but Chrome needs version 3; pack it again`,
    );
  return bytes.subarray(CRX_PREFIX_BYTES + bytes.readUInt32LE(8));
}

function belowOneFolder(files: Files): Files {
  const tops = new Set([...files.keys()].map((name) => name.split('/', 1)[0]!));
  const [top] = tops;
  if (files.has('manifest.json') || tops.size !== 1 || !files.has(`${top}/manifest.json`)) return files;
  return new Map([...files].map(([name, content]) => [name.slice(top!.length + 1), content]));
}
