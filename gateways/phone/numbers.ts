const chineseMobile = /^1[3-9]\d{9}$/;

/** People type a Chinese mobile number without its country; the network wants E.164 (`+8613800138000`). */
export function toE164(number: string): string {
  const bare = number.replace(/[\s()-]/g, '');
  return chineseMobile.test(bare) ? `+86${bare}` : bare;
}
