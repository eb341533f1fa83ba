/** The most levels of a value inside of a value that gridrun reads. Deeper ones cannot be written as JSON again. */
const MAX_DEPTH = 500;

declare const OF: unique symbol;

/** What a value of a file must look like to be a `T`. A value from `JSON.parse` is meant. */
export interface Shape<T> {
  readonly [OF]?: T;
  readonly isOptional?: true;
  readonly is: (value: unknown) => boolean;
  /** What is wrong with a value, such as `verdict.checks[0].title is not a text`. Undefined if nothing is wrong. */
  readonly why: (value: unknown, path: string) => string | undefined;
}

/** A field that may be absent. If it is there, it is never null. */
export type OptionalShape<T> = Shape<T> & Required<Pick<Shape<T>, 'isOptional'>>;

/** A shape for each field of `T`: a field that is added to the type must be added here. */
export type FieldShapes<T> = {
  readonly [Name in keyof T]-?: object extends Pick<T, Name>
    ? OptionalShape<Exclude<T[Name], undefined>>
    : Shape<T[Name]>;
};

/** A value without parts. `what` completes "is not …". */
export function leaf<T>(what: string, is: (value: unknown) => boolean): Shape<T> {
  return { is, why: (value, path) => (is(value) ? undefined : `${path} is not ${what}`) };
}

/** One of two forms. The second one says what is wrong. */
export function either<A, B>(one: Shape<A>, other: Shape<B>): Shape<A | B> {
  return {
    is: (value) => one.is(value) || other.is(value),
    why: (value, path) => (one.is(value) ? undefined : other.why(value, path)),
  };
}

export function optional<T>(shape: Shape<T>): OptionalShape<T> {
  return { is: shape.is, why: shape.why, isOptional: true };
}

export function listOf<T>(item: Shape<T>): Shape<readonly T[]> {
  return {
    is(value) {
      if (!Array.isArray(value)) return false;
      for (const element of value) if (!item.is(element)) return false;
      return true;
    },
    why(value, path) {
      if (!Array.isArray(value)) return `${path} is not a list`;
      const at = value.findIndex((element) => !item.is(element));
      return at === -1 ? undefined : item.why(value[at], `${path}[${at}]`);
    },
  };
}

/** One of a few words. The record makes the compiler ask for each of them. */
export function wordOf<T extends string>(words: Readonly<Record<T, true>>): Shape<T> {
  const known: ReadonlySet<unknown> = new Set(Object.keys(words));
  return leaf(`one of ${[...known].map((word) => JSON.stringify(word)).join(', ')}`, (value) => known.has(value));
}

/** An object with these fields. It may have more, which a newer gridrun wrote. */
export function objectOf<T>(fields: FieldShapes<T>): Shape<T> {
  // Without a prototype: a file may name a field `constructor`.
  const known = Object.assign(Object.create(null), fields) as Record<string, Shape<unknown> | undefined>;
  const required = Object.entries<Shape<unknown>>(fields).flatMap(([name, shape]) =>
    shape.isOptional === true ? [] : [name],
  );
  return {
    is(value) {
      if (!isObject(value)) return false;
      let found = 0;
      for (const name in value) {
        const shape = known[name];
        if (!(shape === undefined ? isShallow(value[name]) : shape.is(value[name]))) return false;
        if (shape !== undefined && shape.isOptional !== true) found++;
      }
      return found === required.length;
    },
    why(value, path) {
      if (!isObject(value)) return `${path} is not an object`;
      const missing = required.find((name) => !Object.hasOwn(value, name));
      if (missing !== undefined) return `${joined(path, missing)} is missing`;
      const wrong = Object.keys(value).find((name) => !(known[name]?.is(value[name]) ?? isShallow(value[name])));
      return wrong === undefined ? undefined : (known[wrong] ?? anything).why(value[wrong], joined(path, wrong));
    },
  };
}

/** A shape with one more demand, which `what` names. */
export function suchThat<T>(shape: Shape<T>, what: string, holds: (value: T) => boolean): Shape<T> {
  return {
    is: (value) => shape.is(value) && holds(value as T),
    why: (value, path) => shape.why(value, path) ?? (holds(value as T) ? undefined : `${path} is not ${what}`),
  };
}

/** Any JSON value that can be written again. */
export const anything: Shape<unknown> = leaf(`at most ${MAX_DEPTH} levels deep`, (value) => isShallow(value));

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether a value has at most so many levels. */
function isShallow(value: unknown, levels = MAX_DEPTH): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return levels > 0 && Object.values(value).every((part) => isShallow(part, levels - 1));
}

function joined(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}
