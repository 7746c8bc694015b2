/** The words of the store's API, named once. */
import type { Schemas } from '@/api/client';

export type Work = Schemas['FulfillmentOrderAnswer'];
export type WorkLine = Schemas['WorkLineAnswer'];
export type StoreWork = Schemas['StoreWorkAnswer'];
export type Goods = Schemas['GoodsAnswer'];
export type Counters = Schemas['CountersAnswer'];
export type NodeWork = Schemas['NodeWorkAnswer'];
export type PickList = Schemas['PickListAnswer'];
export type Stop = Schemas['StopAnswer'];
export type Share = Schemas['StopShareAnswer'];
export type LookUp = Schemas['LookUpAnswer'];
export type CountTask = Schemas['CountTask'];
export type Proof = Schemas['VerifiedBody']['how'];

/** What a person does to a piece of work. */
export type Verb = 'accept' | 'reject' | 'pick' | 'short' | 'pack' | 'ready' | 'collect' | 'ship';

/** Units that a step is about, so that the phone can show it before the server has heard of it. */
export interface Touched {
  line: number;
  sku: string;
  quantity: number;
}

export interface Refusal {
  status: number;
  code: string;
  detail: string;
}

/** A step that waits to be sent, or that the server has refused. */
export interface Entry {
  /** Its place in the line; given by the store of entries. */
  n: number;
  /** The idempotency key: the same however often it is sent. */
  key: string;
  user: string;
  path: string;
  body: unknown;
  /** What it is, in words for the person. */
  label: string;
  at: number;
  verb: Verb | 'count' | 'abandon';
  work?: string;
  units?: Touched[];
  refused?: Refusal;
}

export type NewEntry = Omit<Entry, 'n' | 'key' | 'at' | 'user'>;
