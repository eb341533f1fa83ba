import { readFileSync } from 'node:fs';
import { FLAGS } from '../../src/config/settings.ts';
import { WEB_SERVER_TIMEOUT_MS } from '../../src/config/kinds.ts';
import { table } from './markdown.ts';
import { PARTS } from './wait.ts';
import { OTHER_WAITS, SET_WAITS, WAITS } from './waits.ts';

const SOURCES = new URL('../../src/', import.meta.url);

/** Every wait with its limit, part by part. */
export function waitsBlock(): string {
  const rows = [
    ...Object.entries(SET_WAITS).map(([name, [part, waitsFor, then]]) => ({
      part,
      cells: [waitsFor, setLimit(name), then],
    })),
    ...OTHER_WAITS.map(([part, waitsFor, then, limit]) => ({ part, cells: [waitsFor, limit, then] })),
    ...Object.entries(WAITS).flatMap(([file, waits]) =>
      Object.entries(waits).map(([name, [part, waitsFor, then]]) => ({
        part,
        cells: [waitsFor, shown(limitOf(file, name)), then],
      })),
    ),
  ];
  return Object.entries(PARTS)
    .map(([part, title]) => {
      const own = rows.filter((row) => row.part === part).map(({ cells }) => cells);
      return `### ${title}\n\n${table(['waits for', 'at most', 'then'], own)}\n`;
    })
    .join('\n');
}

/** The limit that a source gives to a constant, in ms. Throws if it has no such constant. */
export function limitOf(file: string, name: string): number {
  const text = readFileSync(new URL(file, SOURCES), 'utf8');
  const value = new RegExp(`\\bconst ${name} = ([\\d_ *]+);`).exec(text)?.[1];
  if (value === undefined) throw new Error(`src/${file} has no constant ${name} with a number`);
  return value.split('*').reduce((product, factor) => product * Number(factor.replaceAll('_', '')), 1);
}

function setLimit(name: string): string {
  if (!name.startsWith('--')) return `${name}, ${shown(WEB_SERVER_TIMEOUT_MS)}`;
  const setting = FLAGS.find(({ flag }) => `--${flag}` === name);
  if (setting === undefined) throw new Error(`there is no flag ${name}`);
  const limit = typeof setting.default === 'number' && setting.default > 0 ? shown(setting.default) : 'no limit';
  return `\`${name}\`, ${limit}`;
}

function shown(ms: number): string {
  const units = [
    ['day', 86_400_000],
    ['h', 3_600_000],
    ['min', 60_000],
    ['s', 1_000],
  ] as const;
  const [unit, size] =
    units.find(([, at]) => ms >= at && ms % at === 0) ?? (ms >= 1000 ? (['s', 1_000] as const) : (['ms', 1] as const));
  const count = ms / size;
  return `${count} ${unit}${unit === 'day' && count !== 1 ? 's' : ''}`;
}
