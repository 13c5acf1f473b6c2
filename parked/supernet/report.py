import json,sys,statistics as st
def tau(x,y):
    n=len(x);c=0;tx=ty=0
    for i in range(n):
        for j in range(i):
            a=(x[i]>x[j])-(x[i]<x[j]);b=(y[i]>y[j])-(y[i]<y[j])
            c+=a*b;tx+=(a!=0);ty+=(b!=0)
    return c/(tx*ty)**.5 if tx*ty else float('nan')
def solve(A,b):
    n=len(b);M=[r[:]+[v] for r,v in zip(A,b)]
    for i in range(n):
        p=max(range(i,n),key=lambda r:abs(M[r][i]));M[i],M[p]=M[p],M[i]
        for r in range(n):
            if r!=i:
                f=M[r][i]/M[i][i]
                for k in range(i,n+1):M[r][k]-=f*M[i][k]
    return [M[i][n]/M[i][i] for i in range(n)]
def ridge(X,y,a):
    m=len(X[0]);mu=[st.mean(r[k] for r in X) for k in range(m)];sd=[st.pstdev([r[k] for r in X]) or 1 for k in range(m)]
    Z=[[(r[k]-mu[k])/sd[k] for k in range(m)] for r in X];ym=st.mean(y)
    A=[[sum(z[i]*z[j] for z in Z)+(a if i==j else 0) for j in range(m)] for i in range(m)]
    b=[sum(z[i]*(v-ym) for z,v in zip(Z,y)) for i in range(m)]
    w=solve(A,b)
    return lambda r: ym+sum(w[k]*(r[k]-mu[k])/sd[k] for k in range(m))
genes=[l.split(' ',4) for l in open('genes.txt')]
def features(g):
    f=[float(g[1])]
    for stage in json.loads(g[4])['stages']:
        layers=[p['present'] for p in stage if p!='absent']
        L=layers[-1];L0=layers[0]
        f.append(len(layers))
        b=L0['block'];f+= [float(b==k) for k in('standard','separable','bottleneck','inverted')]
        o=L0['operations'];f+=[o['kernel'],o['expansion'],float(o['attention']),float(o['pool']),float(L['operations']['skip'])]
    return f
alone={}
for l in open('alone.txt'):
    i,a,s=l.split();alone[int(i)]=float(a)
n=len(alone);ids=sorted(alone)
y=[alone[i] for i in ids]
print('alone n',n,'median %.3f min %.3f max %.3f'%(st.median(y),min(y),max(y)))
print('tau macs %.3f params %.3f width %.3f'%(tau([float(genes[i][2]) for i in ids],y),tau([float(genes[i][3]) for i in ids],y),tau([float(genes[i][1]) for i in ids],y)))
X=[features(genes[i]) for i in ids]
for a in (1,3,10,30):
    p=[ridge(X[:k]+X[k+1:],y[:k]+y[k+1:],a)(X[k]) for k in range(n)]
    print('ridge alpha',a,'%.3f'%tau(p,y))
for l in open('results.jsonl'):
    r=json.loads(l);s=r['shared']
    for key in s:
        if key.startswith('networks'):
            v=s[key];print('%-9s s%s %-45s cal%s tau %.3f med %.3f mean24 %.3f | flat med %s loss %.3f  %.0fs'%(r['family'],r['seed'],r['knobs'],key[8:],tau([v[i] for i in ids],y),st.median(v),st.mean(v[i] for i in ids),'%.3f'%st.median(s['flat512']),r['curve'][-1],r['seconds']))
