const TYPE = String.raw`\[(?:string|boolean|array|number|count)\]`;
const ALONE_ON_ITS_LINE = new RegExp(String.raw`\n +${TYPE}(?=\n|$)`, 'g');
const AT_ITS_END = new RegExp(String.raw` *${TYPE}(?=\n|$| \[)`, 'g');

/** yargs says of each flag how it is parsed; what it takes stands before its description already. */
export function withoutTypes(help: string): string {
  return help.replace(ALONE_ON_ITS_LINE, '').replace(AT_ITS_END, '');
}
