import type { ReportModel } from './report-model.ts';
import type { Route } from './route.ts';

/** What every screen is given. */
export interface ScreenProps {
  readonly model: ReportModel;
  readonly route: Route;
  /** Draws all rows, not only those in sight. */
  readonly whole: boolean;
  /** Shows another part of the same screen without a step in the browser's history. */
  readonly refine: (filter: Partial<Route['filter']>) => void;
}
