import type { VNode } from 'preact';
import { useVisit } from '../layout.js';

/** A workflow's id, as a link to it in the Temporal UI where there is one. */
export function WorkflowLink({ id, text = id }: { id: string; text?: string }): VNode {
  const { temporalUi } = useVisit();
  if (!temporalUi) return <>{text}</>;
  return <a href={`${temporalUi.url}/namespaces/${encodeURIComponent(temporalUi.namespace)}/workflows/${encodeURIComponent(id)}`}>{text}</a>;
}
