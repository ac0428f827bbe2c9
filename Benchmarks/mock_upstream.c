/* A cheap OpenAI-like upstream: one thread, epoll, HTTP/1.1 keep-alive, loopback only.
 *
 * The model's name in the request says how it answers:
 *   mock           one JSON answer of about 700 bytes, or a stream of three chunks, at once
 *   mock-w20       the JSON answer after 20 ms
 *   mock-c200      a stream of 200 chunks, each in a write of its own, streams in turn
 *   mock-c200-d5   the same, one chunk each 5 ms
 *   mock-b3        a stream of 3 chunks in one write
 * Every chunk's content is "T" and the CLOCK_MONOTONIC nanoseconds of its sending, so that a client on the same machine can
 * tell how long it was on its way.
 *
 *   cc -O2 -o mock_upstream mock_upstream.c && ./mock_upstream PORT
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
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

enum { HEAD_MAX = 1 << 16, READ_MIN = 1 << 14, BATCH = 512 };

typedef struct conn {
    int fd;
    enum { IDLE, WAITING, STREAMING } state;
    int chunks, chunks_left, delay_ms;
    uint64_t due_ns; /* when the next piece is to be sent */
    char model[64];
    char *in; /* what was read and not yet answered */
    size_t in_len, in_cap;
    char *out; /* what the socket did not take */
    size_t out_len, out_sent;
    struct conn *next, **link; /* in the list of those that have something to send later */
} conn;

static int poller;
static conn *later;

static uint64_t now_ns(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000ull + t.tv_nsec;
}

static void put_off(conn *c)
{
    if (c->link) return;
    c->next = later;
    if (later) later->link = &c->next;
    later = c;
    c->link = &later;
}

static void take_up(conn *c)
{
    if (!c->link) return;
    *c->link = c->next;
    if (c->next) c->next->link = c->link;
    c->link = NULL;
}

static void drop(conn *c)
{
    take_up(c);
    close(c->fd);
    free(c->in);
    free(c->out);
    free(c);
}

static void want(conn *c, uint32_t events)
{
    struct epoll_event e = {.events = events, .data.ptr = c};
    epoll_ctl(poller, EPOLL_CTL_MOD, c->fd, &e);
}

/* Sends, or keeps for later what the socket does not take. -1: the connection is gone. */
static int put(conn *c, const char *bytes, size_t n)
{
    if (!c->out_len) {
        ssize_t sent = send(c->fd, bytes, n, MSG_NOSIGNAL);
        if (sent == (ssize_t)n) return 0;
        if (sent < 0 && errno != EAGAIN) return -1;
        if (sent > 0) bytes += sent, n -= sent;
    }
    c->out = realloc(c->out, c->out_len + n);
    memcpy(c->out + c->out_len, bytes, n);
    c->out_len += n;
    want(c, EPOLLIN | EPOLLOUT);
    return 0;
}

static int put_rest(conn *c)
{
    ssize_t sent = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent, MSG_NOSIGNAL);
    if (sent < 0) return errno == EAGAIN ? 0 : -1;
    c->out_sent += sent;
    if (c->out_sent == c->out_len) {
        c->out_len = c->out_sent = 0;
        want(c, EPOLLIN);
    }
    return 0;
}

static int answer_whole(conn *c)
{
    static const char TEXT[] =
        "The quick brown fox jumps over the lazy dog while the band plays a slow tune and the rain keeps falling on the tin "
        "roof. Nobody in the room seems to notice, because the talk has turned to the price of bread and winter nights.";
    char body[1400], message[1800];
    int n = snprintf(body, sizeof body,
        "{\"id\":\"T%020llu\",\"object\":\"chat.completion\",\"created\":1700000000,\"model\":\"%s\",\"choices\":[{\"index\":0,"
        "\"message\":{\"role\":\"assistant\",\"content\":\"%s\",\"refusal\":null,\"annotations\":[]},\"logprobs\":null,"
        "\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":19,\"completion_tokens\":48,\"total_tokens\":67,"
        "\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0}},\"service_tier\":\"default\","
        "\"system_fingerprint\":\"fp_0123456789\"}",
        (unsigned long long)now_ns(), c->model, TEXT);
    int m = snprintf(message, sizeof message,
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s", n, body);
    return put(c, message, m);
}

/* The next chunk of a stream as an HTTP chunk; the last one brings usage, [DONE] and the end of the body. */
static int next_chunk(conn *c, char *into)
{
    char event[1024];
    int number = c->chunks - c->chunks_left, n;
    if (c->chunks_left == 1)
        n = sprintf(event,
            "data: {\"id\":\"chatcmpl-0123456789abcdefghijklm\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
            "\"model\":\"%s\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0123456789\",\"choices\":[],\"usage\":{"
            "\"prompt_tokens\":19,\"completion_tokens\":%d,\"total_tokens\":%d,\"prompt_tokens_details\":{\"cached_tokens\":0,"
            "\"audio_tokens\":0}}}\n\ndata: [DONE]\n\n",
            c->model, c->chunks, c->chunks + 19);
    else
        n = sprintf(event,
            "data: {\"id\":\"chatcmpl-0123456789abcdefghijklm\",\"object\":\"chat.completion.chunk\",\"created\":1700000000,"
            "\"model\":\"%s\",\"service_tier\":\"default\",\"system_fingerprint\":\"fp_0123456789\",\"choices\":[{\"index\":0,"
            "\"delta\":{\"content\":\"T%020llu\"},\"logprobs\":null,\"finish_reason\":%s}],\"usage\":null,"
            "\"obfuscation\":\"aBcDeFgHi\"}\n\n",
            c->model, (unsigned long long)now_ns(), number == c->chunks - 2 ? "\"stop\"" : "null");
    int m = sprintf(into, "%x\r\n%s\r\n%s", n, event, c->chunks_left == 1 ? "0\r\n\r\n" : "");
    c->chunks_left--;
    return m;
}

static int number_after(const char *model, const char *mark)
{
    const char *at = strstr(model, mark);
    return at ? atoi(at + 2) : 0;
}

static int start_answer(conn *c, int stream)
{
    static const char HEAD[] =
        "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream; charset=utf-8\r\nCache-Control: no-cache\r\n"
        "Transfer-Encoding: chunked\r\n\r\n";
    c->delay_ms = number_after(c->model, "-d");
    int wait_ms = number_after(c->model, "-w"), burst = number_after(c->model, "-b");
    if (!stream) {
        if (!wait_ms) return answer_whole(c);
        c->state = WAITING;
        c->due_ns = now_ns() + wait_ms * 1000000ull;
        put_off(c);
        return 0;
    }
    c->chunks = c->chunks_left = burst ? burst : number_after(c->model, "-c") ?: 3;
    if (burst) {
        char *all = malloc(sizeof HEAD + c->chunks * 1200);
        size_t n = sprintf(all, "%s", HEAD);
        while (c->chunks_left) n += next_chunk(c, all + n);
        int gone = put(c, all, n);
        free(all);
        return gone;
    }
    if (put(c, HEAD, sizeof HEAD - 1)) return -1;
    c->state = STREAMING;
    c->due_ns = now_ns();
    put_off(c);
    return 0;
}

/* Where the value of `"key":` begins inside the body; NULL when it is not there. */
static const char *value_of(const char *key, const char *body, size_t n)
{
    const char *at = memmem(body, n, key, strlen(key)), *end = body + n;
    if (!at) return NULL;
    at += strlen(key);
    while (at < end && (*at == ' ' || *at == ':')) at++;
    return at < end ? at : NULL;
}

/* Answers every request that is complete. -1: close. */
static int answer_requests(conn *c)
{
    while (c->state == IDLE) {
        char *end = memmem(c->in, c->in_len, "\r\n\r\n", 4);
        if (!end) return c->in_len > HEAD_MAX ? -1 : 0;
        size_t head = end + 4 - c->in, length = 0;
        *end = 0;
        char *field = strcasestr(c->in, "\r\ncontent-length:");
        if (field) length = strtoul(field + 17, NULL, 10);
        *end = '\r';
        if (c->in_len < head + length) return 0;
        const char *body = c->in + head;
        strcpy(c->model, "mock");
        const char *model = value_of("\"model\"", body, length), *stream = value_of("\"stream\"", body, length);
        if (model && *model++ == '"') {
            const char *quote = memchr(model, '"', body + length - model);
            if (quote && quote - model < (long)sizeof c->model) {
                memcpy(c->model, model, quote - model);
                c->model[quote - model] = 0;
            }
        }
        int streams = stream && *stream == 't';
        c->in_len -= head + length;
        memmove(c->in, c->in + head + length, c->in_len);
        if (start_answer(c, streams)) return -1;
    }
    return 0;
}

static int read_some(conn *c)
{
    if (c->in_cap - c->in_len < READ_MIN) {
        c->in_cap = c->in_cap ? c->in_cap * 2 : 2 * READ_MIN;
        c->in = realloc(c->in, c->in_cap + 1);
    }
    ssize_t got = recv(c->fd, c->in + c->in_len, c->in_cap - c->in_len, 0);
    if (got < 0 && errno == EAGAIN) return 0;
    if (got <= 0) return -1;
    c->in_len += got;
    return answer_requests(c);
}

static void accept_all(int listener)
{
    int fd, one = 1;
    while ((fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK)) >= 0) {
        setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        conn *c = calloc(1, sizeof *c);
        c->fd = fd;
        struct epoll_event e = {.events = EPOLLIN, .data.ptr = c};
        epoll_ctl(poller, EPOLL_CTL_ADD, fd, &e);
    }
}

static int send_due(conn *c)
{
    if (c->state == WAITING) {
        c->state = IDLE;
        take_up(c);
        return answer_whole(c) || answer_requests(c) ? -1 : 0;
    }
    if (c->out_len) return 0; /* the reader is slow: wait for it */
    char piece[1200];
    int gone = put(c, piece, next_chunk(c, piece));
    c->due_ns += c->delay_ms * 1000000ull;
    if (c->chunks_left) return gone;
    c->state = IDLE;
    take_up(c);
    return gone ? gone : answer_requests(c);
}

static int wait_ms(void)
{
    if (!later) return -1;
    uint64_t now = now_ns(), first = UINT64_MAX;
    for (conn *c = later; c; c = c->next)
        if (c->due_ns < first) first = c->due_ns;
    if (first <= now) return 0;
    int whole = (first - now) / 1000000;
    return whole ? whole : first - now > 300000;
}

int main(int count, char **words)
{
    int one = 1, listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_port = htons(count > 1 ? atoi(words[1]) : 9100), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    signal(SIGPIPE, SIG_IGN);
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 4096)) return perror("mock_upstream"), 1;
    poller = epoll_create1(0);
    struct epoll_event e = {.events = EPOLLIN}, ready[BATCH];
    epoll_ctl(poller, EPOLL_CTL_ADD, listener, &e);
    for (;;) {
        int n = epoll_wait(poller, ready, BATCH, wait_ms());
        for (int i = 0; i < n; i++) {
            conn *c = ready[i].data.ptr;
            if (!c) {
                accept_all(listener);
                continue;
            }
            int gone = ready[i].events & EPOLLOUT && c->out_len ? put_rest(c) : 0;
            if (!gone && ready[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR)) gone = read_some(c);
            if (gone) drop(c);
        }
        uint64_t now = now_ns();
        for (conn *c = later, *next; c; c = next) {
            next = c->next;
            if (c->due_ns <= now && send_due(c)) drop(c);
        }
    }
}
