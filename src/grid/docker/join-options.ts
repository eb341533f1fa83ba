import { refusal } from '../../core/fault.ts';
import { withoutCredentials } from '../../wire/endpoint.ts';
import type { HubAccess } from './hub-api.ts';

/** The two ports of a hub's event bus. */
export interface BusPorts {
  readonly publish: number;
  readonly subscribe: number;
}

export interface GridJoinOptions {
  /** The hub's URL with credentials: `http://gridrun:…@hub:4444`. */
  readonly hub: string;
  /** The address at which the hub reaches this machine. A container's own address does not work from another machine. */
  readonly advertise: string;
  /** The hub's. Without it the hub takes no node. */
  readonly registrationSecret: string;
  readonly nodes: number;
  readonly sessionsPerNode: number;
  /** The port of the first node on this machine. The next nodes take the next ports. */
  readonly port: number;
  /** Default: 4442 and 4443. */
  readonly busPorts?: BusPorts;
  readonly image?: string | undefined;
  /** Start more nodes than this machine has room for. */
  readonly force?: boolean;
  readonly readyDeadlineMs?: number;
  readonly signal?: AbortSignal;
  readonly onProgress?: (text: string) => void;
}

/** A hub on another machine. */
export interface DistantHub {
  readonly access: HubAccess;
  /** Without credentials. */
  readonly url: URL;
  readonly busPorts: BusPorts;
}

const BUS_PORTS: BusPorts = { publish: 4442, subscribe: 4443 };

/** Reads the hub from the options. Throws a refusal with every mistake in them. */
export function distantHub(options: GridJoinOptions): DistantHub {
  const { hub, advertise, registrationSecret, busPorts = BUS_PORTS } = options;
  const mistakes: string[] = [];
  const url = URL.canParse(hub) ? new URL(hub) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol))
    mistakes.push(`--hub '${withoutCredentials(hub)}' is not the URL of a hub; write it as http://hub:4444`);
  if (advertise === '' || /[/\s@]|^\d+$/.test(advertise))
    mistakes.push(
      `--advertise '${advertise}' is not an address; pass the name or IP address at which the hub reaches this machine`,
    );
  if (/^(localhost|127\.|\[?::1)/.test(advertise))
    mistakes.push(
      `--advertise ${advertise} means the hub's own machine to the hub; pass the address at which the hub reaches this one`,
    );
  if (registrationSecret === '')
    mistakes.push(
      "the hub's registration secret is missing; set SE_REGISTRATION_SECRET, because the hub accepts no node without it",
    );
  if (url === undefined || mistakes.length > 0)
    throw refusal('grid.bad-options', 'these nodes cannot join the hub', { mistakes });
  url.username = '';
  url.password = '';
  return { access: { url: hub, registration: registrationSecret }, url, busPorts };
}
