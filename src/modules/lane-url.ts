/** The URL under which a lane imports a file. Node makes an instance of a module for each URL. */
export function laneUrl(url: string, lane: number): string {
  return `${url}${url.includes('?') ? '&' : '?'}lane=${lane}`;
}

/** The lane that a URL names, or the first such URL in a text such as a stack; undefined if there is none. */
export function laneIn(text: string | undefined): number | undefined {
  const lane = /[?&]lane=(\d+)/.exec(text ?? '')?.[1];
  return lane === undefined ? undefined : Number(lane);
}

/** Removes the lanes from the URLs in a text. */
export function withoutLanes(text: string): string {
  return text.replace(/[?&]lane=\d+/g, '');
}
