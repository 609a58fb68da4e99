/** A part of the site that belongs to one kind of person. */
import type { Router } from 'express';
import type { WebDeps } from './deps.js';
import type { Limits } from './limits.js';
import type { Workflows } from './updates.js';

/** What every router is given: the dependencies, and what the frame has made of them. */
export interface AreaDeps extends WebDeps {
  workflows: Workflows;
  limits: Limits;
}

export type Area = (deps: AreaDeps) => Router;
