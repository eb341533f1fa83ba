import type { Environment, Places } from './builder.ts';
import { ListBuilder } from './builder.ts';
import type { Content } from './content.ts';
import { eachLine } from './content.ts';
import { RANKED } from './form.ts';
import { quoted } from './url.ts';

/** Reads text: one domain or URL per line. `#` starts a comment at the start of a line or after a space. */
export async function readText(content: Content, environment: Environment): Promise<ListBuilder> {
  const builder = new ListBuilder(placesOfLines(content.name), environment);
  let isFirst = true;
  await eachLine(content.chunks, (line, number) => {
    const text = (line.includes('#') ? line.replace(/(?:^|\s)#.*$/, '') : line).trim();
    // A list of one column may have its header.
    if (text !== '' && !(isFirst && /^(?:domain|host|hostname|origin|url)$/i.test(text))) builder.addUrl(text, number);
    if (text !== '') isFirst = false;
    return !builder.isFull;
  });
  return builder;
}

/** Reads `rank,domain` per line, as in Tranco. Drops the rank: the list is already in the order of ranks. */
export async function readRanked(content: Content, environment: Environment): Promise<ListBuilder> {
  const builder = new ListBuilder(placesOfLines(content.name), environment);
  let isFirst = true;
  await eachLine(content.chunks, (line, number) => {
    if (/^\s*(?:#|$)/.test(line)) return true;
    const domain = RANKED.exec(line)?.[1];
    if (domain !== undefined) builder.addUrl(domain, number);
    else if (!isFirst) builder.wrongAt(number, [], `${quoted(line)} is not rank,domain, such as 1,example.com`);
    isFirst = false;
    return !builder.isFull;
  });
  return builder;
}

function placesOfLines(name: string): Places {
  const entry = (line: number): string => `${name}:${line}:1`;
  return { entry, inside: entry };
}
