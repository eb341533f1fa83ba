import { ENDINGS, testEndings } from './endings.ts';

// Every way in which a run can end: npm run test:secrets.
testEndings(Object.keys(ENDINGS));
