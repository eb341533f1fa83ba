/** The exit code by which a script tells `git bisect run` that it cannot tell. */
export const CANNOT_TELL = 125;
/** A person ended the command, so git must stop too: it does at any code from 128. */
const INTERRUPTED = 130;

/**
 * The exit code of a command line: that of the command, or what `git bisect run` must see. With `replay --bisect`, 0 is
 * good, 1 is bad. Any other exit code says neither, also that of a bug or of an unknown flag.
 * @param args without the names of Node and of the script
 */
export function exitForBisect(args: readonly string[], code: number): number {
  // Also if it is written in a way that is refused. Else git would take the code of the refusal for bad.
  const isBisect = args.some((arg) => /^--bisect(?:=|$)/.test(arg) && arg !== '--bisect=false');
  if (!isBisect || !args.includes('replay')) return code;
  return code === 0 || code === 1 || code === INTERRUPTED ? code : CANNOT_TELL;
}
