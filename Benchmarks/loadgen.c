/* A bounded load client for an OpenAI-like server on loopback: one thread, epoll, HTTP/1.1 keep-alive.
 *
 *   loadgen -p PORT -k KEY [-m MODEL] [-s] [-c CONNECTIONS] [-t SECONDS | -n REQUESTS] [-r PER_SECOND] [-w WARM] [-b BODY_BYTES]
 *
 * -s asks for streams. Without -r each connection asks as soon as it was answered; with -r requests start at fixed times and
 * latency counts from the planned start, so a stall is not left out of the figures. WARM requests are not measured.
 * Counts the events of streams and, from the time that mock_upstream writes into each, how long they were on their way.
 * Prints one line of JSON.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum { READ_MAX = 65536, CARRY_MAX = 64, BATCH = 256, ERRORS_MAX = 1000, SECONDS_MAX = 120, GRACE_SECONDS = 10, STAMP = 22 };

/* Microseconds in buckets that grow with the value: about 1.5 % wide. */
enum { BUCKETS = 4096 };
typedef struct { uint64_t counts[BUCKETS], n, max, sum; } histogram;

static int bucket_of(uint64_t us)
{
    if (us < 64) return us;
    int exponent = 63 - __builtin_clzll(us);
    int bucket = 64 + (exponent - 6) * 64 + ((us >> (exponent - 6)) & 63);
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

static uint64_t value_of(int bucket)
{
    if (bucket < 64) return bucket;
    int exponent = (bucket - 64) / 64 + 6, mantissa = (bucket - 64) % 64;
    return (1ull << exponent) + ((uint64_t)mantissa << (exponent - 6));
}

static void note(histogram *h, uint64_t ns)
{
    uint64_t us = ns / 1000;
    h->counts[bucket_of(us)]++;
    h->n++;
    h->sum += us;
    if (us > h->max) h->max = us;
}

static uint64_t quantile(const histogram *h, double q)
{
    uint64_t rank = h->n * q, seen = 0;
    for (int i = 0; i < BUCKETS; i++)
        if ((seen += h->counts[i]) > rank) return value_of(i);
    return h->max;
}

static void print_quantiles(const histogram *h)
{
    printf("\"mean\":%.0f,\"p50\":%lu,\"p99\":%lu,\"p999\":%lu,\"max\":%lu", h->n ? (double)h->sum / h->n : 0,
        quantile(h, .5), quantile(h, .99), quantile(h, .999), h->max);
}

typedef struct {
    int fd;
    enum { IDLE, HEAD, LENGTH, CHUNKS } state;
    enum { SIZE, DATA, AFTER_DATA, TRAILER } chunk;
    uint64_t started_ns, left; /* left: bytes of the body or of the chunk */
    int answered, events, done;
    char *in;
    size_t in_len;
    char carry[CARRY_MAX]; /* the end of the last piece, which may hold half a mark */
    size_t carry_len;
} conn;

static histogram latency, first_byte, transit;
static int port = 8080, connections = 1, streams, body_bytes = 300, poller, measuring;
static double seconds = 5, per_second;
static long requests_max, warm, started, finished, errors, events, without_done;
static const char *model = "mock", *key = "";
static char *request;
static size_t request_len;
static conn **idle;
static int idle_count;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void open_connection(conn *c)
{
    int one = 1;
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    c->fd = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(c->fd, (void *)&address, sizeof address)) {
        perror("loadgen: connect");
        exit(1);
    }
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_ADD, c->fd, &e);
    c->state = IDLE;
    c->in_len = 0;
}

static void ask(conn *c, uint64_t at_ns)
{
    started++;
    c->started_ns = at_ns;
    c->state = HEAD;
    c->in_len = c->carry_len = 0;
    c->answered = c->events = c->done = 0;
    for (size_t sent = 0; sent < request_len;) {
        ssize_t n = send(c->fd, request + sent, request_len - sent, MSG_NOSIGNAL);
        if (n >= 0) sent += n;
        else if (errno == EAGAIN) usleep(50);
        else return; /* the read will tell */
    }
}

/* Finds the stamps `T<20 digits>"` and the [DONE] in a piece of a stream, and in what it makes of the end of the last one. */
static void look_at(conn *c, const char *piece, size_t n, uint64_t now)
{
    static char text[CARRY_MAX + READ_MAX];
    memcpy(text, c->carry, c->carry_len);
    memcpy(text + c->carry_len, piece, n);
    size_t length = c->carry_len + n, at = 0;
    for (char *t; (t = memmem(text + at, length - at, "\"T000", 5)) && text + length - t > STAMP;) {
        at = t + 1 - text;
        if (t[STAMP] != '"') continue;
        uint64_t sent = strtoull(t + 2, NULL, 10);
        c->events++;
        if (measuring && now > sent) note(&transit, now - sent);
    }
    if (memmem(text + at, length - at, "[DONE]", 6)) c->done = 1;
    size_t rest = length - at;
    c->carry_len = rest < CARRY_MAX ? rest : CARRY_MAX;
    memcpy(c->carry, text + length - c->carry_len, c->carry_len);
}

/* 1: the answer is complete; 0: it is not; -1: it is not a good one. */
static int take(conn *c, uint64_t now)
{
    size_t at = 0;
    if (c->state == HEAD) {
        char *end = memmem(c->in, c->in_len, "\r\n\r\n", 4);
        if (!end) return 0;
        *end = 0;
        if (strncmp(c->in, "HTTP/1.1 200", 12)) {
            static int shown;
            if (!shown++) fprintf(stderr, "loadgen: %.200s | %.300s\n", c->in, end + 4);
            return -1;
        }
        char *length = strcasestr(c->in, "\r\ncontent-length:");
        c->state = length ? LENGTH : CHUNKS;
        c->chunk = SIZE;
        if (length) c->left = strtoull(length + 17, NULL, 10);
        at = end + 4 - c->in;
    }
    if (c->state == LENGTH) {
        size_t n = c->in_len - at;
        c->left -= n < c->left ? n : c->left;
        c->in_len = 0;
        return c->left == 0;
    }
    while (at < c->in_len) {
        size_t there = c->in_len - at;
        if (c->chunk == DATA) {
            size_t n = there < c->left ? there : c->left;
            look_at(c, c->in + at, n, now);
            at += n;
            if (!(c->left -= n)) c->chunk = AFTER_DATA;
        } else if (c->chunk == AFTER_DATA) {
            if (there < 2) break;
            at += 2;
            c->chunk = SIZE;
        } else {
            char *end = memchr(c->in + at, '\n', there);
            if (!end) break;
            size_t line = end + 1 - (c->in + at);
            if (c->chunk == TRAILER && line <= 2) {
                c->in_len = 0;
                return 1;
            }
            if (c->chunk == SIZE) c->chunk = (c->left = strtoull(c->in + at, NULL, 16)) ? DATA : TRAILER;
            at += line;
        }
    }
    c->in_len -= at;
    memmove(c->in, c->in + at, c->in_len);
    return 0;
}

static void make_request(void)
{
    static const char LINE[] = "Tell me a story about a lighthouse keeper and the sea. \\n";
    char *body = malloc(body_bytes + 700);
    int n = sprintf(body,
        "{\"model\":\"%s\",\"messages\":[{\"role\":\"system\",\"content\":\"You are a helpful assistant.\"},"
        "{\"role\":\"user\",\"content\":\"", model);
    while (n < body_bytes - 70) n += sprintf(body + n, "%s", LINE);
    /* More than 200 chunks of mock_upstream hold: an engine that goes on past the cap is cut, and its connection with it. */
    n += sprintf(body + n, "\"}],\"temperature\":0.7,\"max_tokens\":1024%s}",
        streams ? ",\"stream\":true,\"stream_options\":{\"include_usage\":true}" : "");
    request = malloc(n + 600);
    request_len = sprintf(request,
        "POST /v1/chat/completions HTTP/1.1\r\nHost: 127.0.0.1:%d\r\nAuthorization: Bearer %s\r\n"
        "Content-Type: application/json\r\nAccept: application/json\r\nUser-Agent: loadgen/1.0\r\nContent-Length: %d\r\n\r\n%s",
        port, key, n, body);
    free(body);
}

static int read_words(int count, char **words)
{
    for (int o; (o = getopt(count, words, "p:k:m:sc:t:n:r:w:b:")) > 0;) switch (o) {
        case 'p': port = atoi(optarg); break;
        case 'k': key = optarg; break;
        case 'm': model = optarg; break;
        case 's': streams = 1; break;
        case 'c': connections = atoi(optarg); break;
        case 't': seconds = atof(optarg); break;
        case 'n': requests_max = atol(optarg); break;
        case 'r': per_second = atof(optarg); break;
        case 'w': warm = atol(optarg); break;
        case 'b': body_bytes = atoi(optarg); break;
        default: return 0;
        }
    if (seconds > SECONDS_MAX) seconds = SECONDS_MAX;
    return connections > 0 && port > 0;
}

/* What one connection brought. Returns how many answers ended, well or badly. */
static int hear(conn *c, uint64_t now)
{
    int result;
    ssize_t got = recv(c->fd, c->in + c->in_len, READ_MAX - c->in_len - 1, 0);
    if (got < 0 && errno == EAGAIN) return 0;
    if (got <= 0) {
        result = -1;
    } else {
        c->in_len += got;
        c->in[c->in_len] = 0;
        if (!c->answered++ && measuring) note(&first_byte, now - c->started_ns);
        result = take(c, now);
    }
    if (!result) return 0;
    int asked = c->state != IDLE;
    c->state = IDLE;
    if (asked) idle[idle_count++] = c;
    if (result > 0) {
        finished++;
        if (measuring) {
            note(&latency, now - c->started_ns);
            events += c->events;
            without_done += streams && !c->done;
        }
    } else {
        errors += asked;
        close(c->fd);
        open_connection(c);
    }
    return asked;
}

int main(int count, char **words)
{
    if (!read_words(count, words)) return fprintf(stderr, "loadgen: see the head of loadgen.c\n"), 2;
    signal(SIGPIPE, SIG_IGN);
    make_request();
    poller = epoll_create1(0);
    conn *all = calloc(connections, sizeof *all);
    idle = calloc(connections, sizeof *idle);
    for (int i = 0; i < connections; i++) {
        all[i].in = malloc(READ_MAX);
        open_connection(&all[i]);
        idle[idle_count++] = &all[i];
    }
    uint64_t began = now_ns(), measured_from = began, next = began;
    double interval_ns = per_second > 0 ? 1e9 / per_second : 0;
    long planned = 0, under_way = 0, most = requests_max ? requests_max + warm : -1;
    measuring = warm == 0;
    struct epoll_event ready[BATCH];
    for (;;) {
        uint64_t now = now_ns();
        double elapsed = (now - began) / 1e9;
        int over = (most >= 0 && started >= most) || elapsed >= seconds;
        if (errors > ERRORS_MAX || (over && (!under_way || elapsed >= seconds + GRACE_SECONDS))) break;
        int wait = 100;
        while (!over && idle_count && (!interval_ns || next <= now) && (most < 0 || started < most)) {
            under_way++;
            ask(idle[--idle_count], interval_ns ? next : now_ns());
            next = began + (uint64_t)(interval_ns * ++planned);
        }
        if (interval_ns && idle_count && !over) wait = next > now ? (int)((next - now) / 1000000) : 0;
        int n = epoll_wait(poller, ready, BATCH, wait);
        now = now_ns();
        for (int i = 0; i < n; i++) under_way -= hear(ready[i].data.ptr, now);
        if (!measuring && finished >= warm) {
            measuring = 1;
            measured_from = now;
        }
    }
    double took = (now_ns() - measured_from) / 1e9;
    printf("{\"requests\":%lu,\"all_requests\":%ld,\"errors\":%ld,\"seconds\":%.3f,\"rps\":%.1f,"
           "\"latency_us\":{", latency.n, finished, errors, took, latency.n / took);
    print_quantiles(&latency);
    printf("},\"first_byte_us\":{");
    print_quantiles(&first_byte);
    printf("},\"events\":%ld,\"transit_us\":{", events);
    print_quantiles(&transit);
    printf("},\"without_done\":%ld}\n", without_done);
    return 0;
}
