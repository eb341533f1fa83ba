import type { Reporter } from 'knip';

/** Says how many files knip read, which its own reporters do not. */
const fileCount: Reporter = ({ counters }) => {
  console.log(`knip read ${counters.processed} files`);
};

export default fileCount;
