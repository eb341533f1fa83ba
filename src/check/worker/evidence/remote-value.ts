/** A JavaScript value of the page in a BiDi event. */
export interface RemoteValue {
  readonly type: string;
  readonly value?: unknown;
}

const MAX_DEPTH = 4;

/** The value as a console would show it. */
export function remoteText({ type, value }: RemoteValue, depth = 0): string {
  if (type === 'string') return depth === 0 ? String(value) : JSON.stringify(value);
  if (type === 'null' || type === 'undefined') return type;
  if (Array.isArray(value)) return depth >= MAX_DEPTH ? '…' : listText(type, value, depth + 1);
  // For an error, a function or an element BiDi gives only the type.
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string' ? String(value) : type;
}

function listText(type: string, list: readonly unknown[], depth: number): string {
  if (type !== 'object' && type !== 'map')
    return `[${list.map((item) => remoteText(item as RemoteValue, depth)).join(', ')}]`;
  const fields = (list as (readonly [string | RemoteValue, RemoteValue])[]).map(([key, value]) => {
    const name = typeof key === 'string' ? key : remoteText(key, depth);
    return `${name}: ${remoteText(value, depth)}`;
  });
  return `{${fields.join(', ')}}`;
}
