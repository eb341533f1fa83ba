export { randomFrom } from '../../src/core/random.ts';
