import { XMLParser, XMLValidator } from 'fast-xml-parser';

/** What may be said to a person: text, or silence. */
export type Spoken = { verb: 'say'; text: string } | { verb: 'pause'; seconds: number };

/**
 * Asks for keys. `numDigits` null: until the finish key or silence. `action` null: the address the document came from.
 * Nothing pressed within `timeoutSeconds`: the call goes on with the next verb, or with `actionOnEmpty` to the action.
 */
export interface Gather {
  verb: 'gather'; numDigits: number | null; action: string | null; method: string; timeoutSeconds: number; finishOnKey: string;
  actionOnEmpty: boolean; inner: Spoken[];
}

export type Verb = Spoken | Gather
  | { verb: 'redirect'; url: string; method: string }
  | { verb: 'hangup' }
  /** A verb this network does not have: noted in the transcript, and the call goes on. */
  | { verb: 'unsupported'; name: string };

/** Not TwiML; Twilio's code 12100 (cannot be parsed) or 12102 (wrong root). */
export class InvalidTwiml extends Error {
  override name = 'InvalidTwiml';
  constructor(readonly code: number, message: string) {
    super(message);
  }
}

type Node = Record<string, unknown>;

const attributesKey = ':@';
const parser = new XMLParser({ preserveOrder: true, ignoreAttributes: false, attributeNamePrefix: '', trimValues: true, parseTagValue: false });

/** Reads a TwiML document into verbs, in order. @throws {@link InvalidTwiml} */
export function readTwiml(xml: string): Verb[] {
  const valid = XMLValidator.validate(xml);
  if (valid !== true) throw new InvalidTwiml(12_100, `The document cannot be parsed: ${valid.err.msg}`);
  const root = (parser.parse(xml) as Node[]).find((node) => nameOf(node) !== '?xml');
  if (!root || nameOf(root) !== 'Response') throw new InvalidTwiml(12_102, 'The root of the document is not <Response>.');
  return childrenOf(root).flatMap(readVerb);
}

function readVerb(node: Node): Verb[] {
  const name = nameOf(node);
  switch (name) {
    case '#text': case '#comment': return [];
    case 'Say': case 'Pause': return [readSpoken(node)];
    case 'Gather': return [readGather(node)];
    case 'Redirect': return [{ verb: 'redirect', url: textOf(node), method: attribute(node, 'method') ?? 'POST' }];
    case 'Hangup': case 'Reject': return [{ verb: 'hangup' }];
    default: return [{ verb: 'unsupported', name }];
  }
}

function readSpoken(node: Node): Spoken {
  if (nameOf(node) === 'Pause') return { verb: 'pause', seconds: whole(attribute(node, 'length'), 1) };
  const times = Math.min(Math.max(whole(attribute(node, 'loop'), 1), 1), 10);
  return { verb: 'say', text: Array.from({ length: times }, () => textOf(node)).join('\n') };
}

function readGather(node: Node): Gather {
  const numDigits = attribute(node, 'numDigits');
  return {
    verb: 'gather',
    numDigits: numDigits === undefined ? null : whole(numDigits, 1),
    action: attribute(node, 'action') ?? null,
    method: attribute(node, 'method') ?? 'POST',
    timeoutSeconds: whole(attribute(node, 'timeout'), 5),
    finishOnKey: attribute(node, 'finishOnKey') ?? '#',
    actionOnEmpty: attribute(node, 'actionOnEmptyResult') === 'true',
    inner: childrenOf(node).filter((child) => ['Say', 'Pause'].includes(nameOf(child))).map(readSpoken),
  };
}

function nameOf(node: Node): string {
  return Object.keys(node).find((key) => key !== attributesKey) ?? '#text';
}

function childrenOf(node: Node): Node[] {
  const children = node[nameOf(node)];
  return Array.isArray(children) ? (children as Node[]) : [];
}

/** All text inside, also inside `<emphasis>`, `<break>` and their like. */
function textOf(node: Node): string {
  return childrenOf(node).map((child) => (nameOf(child) === '#text' ? String(child['#text']) : textOf(child))).join(' ').trim();
}

function attribute(node: Node, name: string): string | undefined {
  const attributes = node[attributesKey] as Record<string, string> | undefined;
  return attributes?.[name];
}

function whole(text: string | undefined, otherwise: number): number {
  const value = Number(text);
  return text !== undefined && Number.isInteger(value) && value >= 0 ? value : otherwise;
}

/** About how long it takes to say: four Chinese characters or fifteen others a second. */
export function spokenSeconds(spoken: Spoken): number {
  if (spoken.verb === 'pause') return spoken.seconds;
  const chinese = spoken.text.match(/\p{Script=Han}/gu)?.length ?? 0;
  return chinese / 4 + (spoken.text.length - chinese) / 15;
}
