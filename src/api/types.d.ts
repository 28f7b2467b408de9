/** A text of the world; bytes that are no UTF-8 come as they are. */
export type StreamlanesText = string | Uint8Array;

export interface StreamlanesOptions {
  /** The name of a scenario that comes with Streamlanes, or the text of one; none: an empty world. */
  scenario?: string;
  /** Where chance begins; the scenario's own without one. */
  seed?: number;
  /** The server that the world pretends to have: "8.6", "7.0", "valkey-8" … */
  profile?: string;
}

export type StreamlanesValue = StreamlanesText | number | boolean | null | { error: string } | StreamlanesValue[];

export interface StreamlanesReply {
  /** As redis-cli prints it. */
  text: string;
  /** The reply; maps are arrays of pairs. Missing for errors, notes and commands that wait. */
  value?: StreamlanesValue;
  /** Redis's error, its code first. */
  error?: string;
  /** The command blocks: its reply comes with a later call ("replied" events). */
  waiting?: boolean;
}

export interface StreamlanesEvent {
  /** Milliseconds since the start of the world. */
  at: number;
  /** "added", "delivered", "acked", "claimed", "trimmed", "effect" …; "reset": look at the snapshot anew. */
  kind: string;
  /** In plain words, for changes of keys. */
  text?: string;
  db?: number;
  key?: StreamlanesText;
  group?: StreamlanesText;
  consumer?: StreamlanesText;
  /** The entry: a text, since 64 bits do not fit a number. */
  id?: string;
  service?: string;
  what?: string;
  business?: StreamlanesText;
  line?: number | string;
  offset?: number;
}

export interface StreamlanesSnapshot {
  now: number;
  end: number;
  profile: string;
  keys: {
    db: number;
    key: StreamlanesText;
    type: "stream" | "string" | "list" | "set";
    length?: number | string;
    lastId?: string;
    groups?: {
      name: StreamlanesText;
      lastDeliveredId: string;
      pending: number | string;
      consumers: { name: StreamlanesText; pending: number | string }[];
    }[];
  }[];
  clients: { name: string; id: number | string | null; service: boolean; waiting: boolean }[];
  services: {
    name: string;
    kind: string;
    stream: string;
    options: string;
    sent: number | string;
    received: number | string;
    done: number | string;
    failed: number | string;
  }[];
}
