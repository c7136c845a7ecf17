import Testing

struct TrellisSearchTests {}
