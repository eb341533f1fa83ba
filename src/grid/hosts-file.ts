import { readFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';

/** Names of the hosts file, in lower case, each with its first address. */
export type HostNames = ReadonlyMap<string, string>;

const PATH =
  process.platform === 'win32'
    ? join(process.env['SystemRoot'] ?? 'C:\\Windows', 'System32/drivers/etc/hosts')
    : '/etc/hosts';

/** Reads the names that this machine's hosts file has. No browser elsewhere knows them. Never throws. */
export async function readHostNames(): Promise<HostNames> {
  const text = await readFile(PATH, 'utf8').catch(() => '');
  const names = new Map<string, string>();
  for (const line of text.split('\n')) {
    const [address = '', ...hosts] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (isIP(address) === 0) continue;
    for (const host of hosts) if (!names.has(host.toLowerCase())) names.set(host.toLowerCase(), address);
  }
  return names;
}
