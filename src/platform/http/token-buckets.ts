/** So many at once, and so many a second after that. */
export interface Rate {
  readonly burst: number;
  readonly perSecond: number;
}

/** Token buckets by key, the least recently used given up when there are too many: memory stays bounded whoever comes. */
export interface TokenBuckets {
  /** Takes one token; 0, or the seconds until there is one. `now` in seconds, never falling. */
  take(key: string, now: number): number;
  readonly size: number;
}

interface Bucket {
  tokens: number;
  at: number;
}

export function tokenBuckets({ burst, perSecond }: Rate, maxKeys: number): TokenBuckets {
  // A Map keeps the order of insertion: taking a key out and putting it back makes it the youngest.
  const buckets = new Map<string, Bucket>();
  return {
    take(key, now) {
      const known = buckets.get(key);
      const bucket = known ?? { tokens: burst, at: now };
      if (known !== undefined) buckets.delete(key);
      else if (buckets.size >= maxKeys) buckets.delete(buckets.keys().next().value!);
      buckets.set(key, bucket);
      bucket.tokens = Math.min(burst, bucket.tokens + Math.max(0, now - bucket.at) * perSecond);
      bucket.at = Math.max(bucket.at, now);
      if (bucket.tokens >= 1) {
        bucket.tokens -= 1;
        return 0;
      }
      return (1 - bucket.tokens) / perSecond;
    },
    get size() {
      return buckets.size;
    },
  };
}
