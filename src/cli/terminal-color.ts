/** Should output to stdout have colors? Follows https://no-color.org and Node's FORCE_COLOR. */
export function wantsColor(): boolean {
  const { NO_COLOR, FORCE_COLOR } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0';
  return process.stdout.isTTY && process.env['TERM'] !== 'dumb';
}
