/** How many names a message shows. */
const MAX_NAMES = 5;

/** The first of some names, for a message. */
export function namesOf(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES).join(', ');
  return names.length > MAX_NAMES ? `${shown} and ${names.length - MAX_NAMES} more` : shown;
}
