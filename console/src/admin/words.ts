// The words of the administration, in both languages; they are loaded with its pages.
import { en } from './words.en';
import { zh } from './words.zh';

export const adminWords = { en, zh };
