/** The CGCS2000 ellipsoid. */
export const SEMI_MAJOR_METRES: number = 6_378_137;
export const FLATTENING: number = 1 / 298.257222101;
/** First eccentricity squared. */
export const ECCENTRICITY_SQUARED: number = FLATTENING * (2 - FLATTENING);
export const ECCENTRICITY: number = Math.sqrt(ECCENTRICITY_SQUARED);
export const SEMI_MINOR_METRES: number = SEMI_MAJOR_METRES * (1 - FLATTENING);
/** Third flattening n = f / (2 − f), the small number of Krüger's series. */
export const THIRD_FLATTENING: number = FLATTENING / (2 - FLATTENING);

export const RADIANS_PER_DEGREE: number = 3.141592653589793 / 180;
export const DEGREES_PER_RADIAN: number = 180 / 3.141592653589793;
