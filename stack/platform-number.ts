/** The platform's number at the sandbox bank. */
export const PLATFORM_NO = '6000000001';
