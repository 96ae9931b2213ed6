// Times, durations and sizes in words. Pure: "now" comes in.
import type { Language } from '../api/wire';

const locale = (language: Language) => (language === 'zh' ? 'zh-CN' : 'en-GB');

/** How long something has lasted, as short as a list row needs it: `45 s`, `12 min`, `3 h`, `2 d`. */
export function lasted(ms: number, language: Language): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const units = language === 'zh' ? [' 秒', ' 分钟', ' 小时', ' 天'] : [' s', ' min', ' h', ' d'];
  if (seconds < 60) return `${seconds}${units[0]}`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)}${units[1]}`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3600)}${units[2]}`;
  return `${Math.floor(seconds / 86_400)}${units[3]}`;
}

/** The clock for today, the date for other days. */
export function moment(time: string, now: number, language: Language): string {
  const date = new Date(time);
  const today = new Date(now);
  if (date.toDateString() === today.toDateString()) {
    return date.toLocaleTimeString(locale(language), { hour: '2-digit', minute: '2-digit' });
  }
  const sameYear = date.getFullYear() === today.getFullYear();
  return date.toLocaleDateString(locale(language), { month: 'short', day: 'numeric', ...(sameYear ? {} : { year: 'numeric' }) });
}

export function clockTime(time: string, language: Language): string {
  return new Date(time).toLocaleTimeString(locale(language), { hour: '2-digit', minute: '2-digit' });
}

export function day(time: string, language: Language): string {
  return new Date(time).toLocaleDateString(locale(language), { weekday: 'short', month: 'short', day: 'numeric' });
}

export function dateTime(time: string, language: Language): string {
  return new Date(time).toLocaleString(locale(language), { dateStyle: 'medium', timeStyle: 'short' });
}

export function size(bytes: number): string {
  if (bytes < 1024) return `${bytes} B`;
  if (bytes < 1024 * 1024) return `${Math.round(bytes / 1024)} KB`;
  return `${(bytes / 1024 / 1024).toFixed(1)} MB`;
}

export const percent = (share: number) => `${Math.round(share * 100)} %`;

export const number = (value: number, language: Language) => value.toLocaleString(locale(language));
