import { testEndings } from './endings.ts';

// The short form. All endings: npm run test:secrets.
testEndings(['kill -9 and resume', 'crash of a check']);
