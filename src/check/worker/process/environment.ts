/** Counts the changes of the environment, and knows the umask. */
export interface Environment {
  readonly version: () => number;
  readonly umask: () => number;
}

/** Call this once. Reading all variables of the environment is slow, so changes are counted as they are made. */
export function watchEnvironment(): Environment {
  let version = 0;
  const counted = <T>(result: T): T => {
    version++;
    return result;
  };
  process.env = new Proxy(process.env, {
    set: (env, key, value) => counted(Reflect.set(env, key, value)),
    deleteProperty: (env, key) => counted(Reflect.deleteProperty(env, key)),
    defineProperty: (env, key, descriptor) => counted(Reflect.defineProperty(env, key, descriptor)),
  });
  const loadEnvFile = process.loadEnvFile.bind(process);
  process.loadEnvFile = (path) => counted(loadEnvFile(path));
  const umask = process.umask.bind(process);
  // Reading the umask sets it for a moment.
  let mask = umask(0);
  umask(mask);
  process.umask = (given?: string | number) => {
    const before = given === undefined ? mask : umask(given);
    if (given !== undefined) mask = umask(given);
    return before;
  };
  return { version: () => version, umask: () => mask };
}
