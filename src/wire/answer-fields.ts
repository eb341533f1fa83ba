/** The fields of an answer, which may be anything: another server may stand in front of the browser. None if it has none. */
export function fieldsOf<T extends object>(answer: unknown): Partial<T> {
  return typeof answer === 'object' && answer !== null ? answer : {};
}

/** The objects in a list of an answer. None if there is no such list. */
export function itemsOf<T extends object>(answer: unknown, list: string): Partial<T>[] {
  const found: unknown = fieldsOf<Record<string, unknown>>(answer)[list];
  return Array.isArray(found) ? found.map((item) => fieldsOf<T>(item)) : [];
}
