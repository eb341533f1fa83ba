import { useCompileCache } from '../../os/compile-cache.ts';

// The program is imported after the cache is on, because an import above would be compiled before.
useCompileCache();
await import('./worker-program.ts');
