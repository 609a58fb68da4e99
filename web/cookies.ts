import type { RequestHandler } from 'express';

/** Puts the request's cookies into `req.cookies`; a value that is no valid encoding is left as it came. */
export const readCookies: RequestHandler = (request, _response, next) => {
  const cookies: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const part of (request.headers.cookie ?? '').split(';')) {
    const at = part.indexOf('=');
    if (at < 1) continue;
    const name = part.slice(0, at).trim();
    cookies[name] ??= decoded(part.slice(at + 1).trim());
  }
  request.cookies = cookies;
  next();
};

function decoded(value: string): string {
  return /%(?![0-9a-fA-F]{2})/.test(value) ? value : safely(value);
}

function safely(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch (error) {
    if (error instanceof URIError) return value;
    throw error;
  }
}
